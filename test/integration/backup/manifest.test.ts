import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../src/backup/archive/manifest.js';
import { scratch } from '../../support/scratch.js';
import { forge } from './crafted.js';
import { names, openOffice, picture } from './office.js';

/** Sets what a manifest says, whatever its types. */
const says = (values: Record<string, unknown>) => (manifest: Manifest) => void Object.assign(manifest, values);
const fileSays = (values: Record<string, unknown>) => (manifest: Manifest) =>
  void Object.assign(manifest.files.at(-1) ?? {}, values);

const RULES = { include: [], exclude: [], ignore: [], secrets: false };

const FORGED: [string, (manifest: Manifest) => void][] = [
  ['an agent that is a way out', says({ type: 'agent_state', agent: 'x/../../../../evil' })],
  ['a way out for an agent of a full backup', says({ type: 'full', agent: '../../..' })],
  ['the parent directory for an agent', says({ type: 'agent_state', agent: '..' })],
  ['no agent where there must be one', says({ type: 'agent_state', agent: null })],
  ['an agent that is no text', says({ type: 'agent_state', agent: ['api'] })],
  ['an unknown type', says({ type: 'snapshot' })],
  ['no rules', says({ rules: undefined })],
  ['rules without exclusions', says({ rules: { ...RULES, exclude: undefined } })],
  ['rules of numbers', says({ rules: { ...RULES, include: [1] } })],
  ['an ignore file without lines', says({ rules: { ...RULES, ignore: [{ base: '' }] } })],
  ['an ignore file that is none', says({ rules: { ...RULES, ignore: [null] } })],
  ['a problem that is none', says({ problems: [null] })],
  ['a problem without a path', says({ problems: [{ kind: 'skipped', reason: 'x' }] })],
  ['a label that is no text', says({ label: { text: 'x' } })],
  ['a moment that is none', says({ created_at: 'yesterday' })],
  ['a duration that is none', says({ duration_ms: 'long' })],
  ['a file without a time', fileSays({ mtime: undefined })],
  ['a file of a time that is none', fileSays({ mtime: 'x' })],
  ['a file without a user', fileSays({ uid: undefined })],
  ['a file of a group that no system has', fileSays({ gid: 2 ** 40 })],
  ['a file that is none', (manifest) => void manifest.files.splice(-1, 1, null as never)],
  ['nothing in it', says({ files: undefined })],
];

describe('a manifest that was made by somebody else', () => {
  it.each(FORGED)('with %s makes a damaged backup, and nothing is written anywhere', async (_, change) => {
    const office = await openOffice();
    const { id, path } = await office.backups.create();
    // What the way out begins with: nothing is made where it does not exist.
    mkdirSync(join(office.store, 'imported_agent_x'));
    forge(path, change);
    rmSync(join(office.store, 'backup_metadata.json'));
    const before = picture(dirname(office.root));
    const corrupt = { code: 'backup.corrupt', exit: 5, http: 422 };
    for (const options of [{}, { delete: true }, { delete: true, agent: 'api' }, { to: scratch() }])
      await expect(office.backups.restore(id, options)).rejects.toMatchObject(corrupt);
    expect(await office.backups.drill(id)).toMatchObject({ ok: false });
    const copy = join(scratch(), 'copy.tar.gz');
    writeFileSync(copy, readFileSync(path));
    const stored = names(office.store);
    await expect(office.backups.importFrom(copy)).rejects.toMatchObject(corrupt);
    expect(names(office.store)).toEqual(stored);
    expect((await office.backups.verify(id)).errors).toContain('the manifest does not have the form of one');
    expect(withoutBackups(picture(dirname(office.root)))).toEqual(withoutBackups(before));
  });
});

/** Verifying writes its result there. */
function withoutBackups(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([path]) => !path.includes('mission-control/backups')));
}
