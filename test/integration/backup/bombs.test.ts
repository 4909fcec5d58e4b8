import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header, Pax } from 'tar';
import { describe, expect, it } from 'vitest';
import { encodeFooter } from '../../../src/backup/archive/footer.js';
import type { Manifest } from '../../../src/backup/archive/manifest.js';
import { scanArchive } from '../../../src/backup/archive/scan.js';
import { sha256Of } from '../../../src/backup/archive/member.js';
import { threadRunner } from '../../../src/backup/jobs/runner.js';
import { scratch } from '../../support/scratch.js';
import { craftArchive, forge } from './crafted.js';
import { names, openOffice } from './office.js';

const CORRUPT = { code: 'backup.corrupt', exit: 5, http: 422 };
const DROPPED = 'backup_20260301_000000.tar.gz';

/** Blocks of one entry whose path stands in an extended header. */
function longEntry(path: string): Buffer {
  const header = new Header({ path: 'short', type: 'File', size: 0, mode: 0o644, mtime: new Date(0) });
  header.encode();
  return Buffer.concat([new Pax({ path }).encode(), header.block ?? Buffer.alloc(0)]);
}

/** An archive of ours whose manifest is this text. */
function withManifest(path: string, body: Buffer): void {
  const header = new Header({
    path: 'manifest.json',
    type: 'File',
    size: body.length,
    mode: 0o644,
    mtime: new Date(0),
  });
  header.encode();
  const padding = Buffer.alloc(((512 - (body.length % 512)) % 512) + 1024);
  const packed = gzipSync(Buffer.concat([header.block ?? Buffer.alloc(0), body, padding]));
  const footer = encodeFooter({ offset: 0, length: packed.length, sha256: sha256Of(packed) });
  writeFileSync(path, Buffer.concat([packed, footer]));
}

/** Refused by whoever takes it in; who finds it among the backups lists it and finds it damaged. */
async function isRefused(make: (path: string) => void, words: RegExp): Promise<void> {
  const { backups, store } = await openOffice({ runner: threadRunner() });
  const archive = join(scratch(), 'theirs.tar.gz');
  make(archive);
  const stored = names(store);
  await expect(backups.importFrom(archive)).rejects.toMatchObject({
    ...CORRUPT,
    message: expect.stringMatching(words) as string,
  });
  expect(names(store).filter((name) => name.endsWith('.gz'))).toEqual(stored.filter((name) => name.endsWith('.gz')));
  make(join(store, DROPPED));
  expect((await backups.list()).map(({ id }) => id)).toContain('20260301_000000');
  const { errors } = await backups.verify('20260301_000000');
  expect(errors.join('\n')).toMatch(words);
  expect(errors.join('\n').length).toBeLessThan(10_000);
  expect((await backups.create()).partial).toBe(false);
}

describe('an archive that was made to use up whoever reads it', () => {
  it('one path without end', async () => {
    const make = (path: string) =>
      writeFileSync(path, gzipSync(Buffer.concat([longEntry(`${'a/'.repeat(450_000)}b`), Buffer.alloc(1024)])));
    await isRefused(make, /longer than the 4096 bytes/);
  });

  it('names that no file system takes', async () => {
    const make = (path: string) =>
      writeFileSync(path, gzipSync(Buffer.concat([longEntry(`new/${'n'.repeat(256)}`), Buffer.alloc(1024)])));
    await isRefused(make, /more than the 255 bytes/);
  });

  it('a manifest that is far larger than its packed bytes can be', async () => {
    await isRefused((path) => withManifest(path, Buffer.alloc(40 * 1024 * 1024, '[0,')), /bomb/);
  });

  it('the same, packed by another program', async () => {
    const make = (path: string) =>
      craftArchive(path, [
        { path: 'PENDING_TASKS.md' },
        { path: 'manifest.json', body: Buffer.alloc(40 * 1024 * 1024, '[0,') },
      ]);
    await isRefused(make, /manifest/);
  });

  it('more entries than there can be', async () => {
    const archive = join(scratch(), 'many.tar.gz');
    craftArchive(
      archive,
      Array.from({ length: 500 }, (_, index) => ({ path: `d/${index}` })),
    );
    const scan = await scanArchive(archive, () => null, 100);
    expect(scan.files).toHaveLength(100);
    expect(scan.errors[0]).toBe('holds more than 100 entries');
  });

  it('patterns without end are not those of a backup', async () => {
    const { backups } = await openOffice();
    const { path } = await backups.create();
    forge(path, (manifest: Manifest) => {
      manifest.rules.ignore.push({ base: '', lines: Array.from({ length: 100_000 }, (_, index) => `*${index}*x`) });
    });
    await expect(backups.restore('latest', { dryRun: true, delete: true })).rejects.toMatchObject(CORRUPT);
  });
});

describe('an archive whose headers say otherwise than its manifest', () => {
  it.each<[string, string, (manifest: Manifest) => void]>([
    [
      'mode',
      'another mode',
      ({ files }) => {
        for (const file of files) file.mode = 0o777;
      },
    ],
    [
      'time',
      'another time',
      ({ files }) => {
        for (const file of files) file.mtime = new Date(0).toISOString();
      },
    ],
    [
      'link',
      'links elsewhere',
      ({ files }) => {
        for (const file of files) if (file.link) file.link = '/etc';
      },
    ],
  ])('is refused for its %s', async (_, words, change) => {
    const { backups, path } = await openOffice();
    execFileSync('ln', ['-s', 'state.json', path('mission-control/agents/api/link')]);
    const made = await backups.create();
    forge(made.path, change);
    rmSync(join(path('mission-control/backups'), 'backup_metadata.json'));
    expect((await backups.verify(made.id)).errors.join()).toContain(words);
    const copy = join(scratch(), 'copy.tar.gz');
    await backups.exportTo(made.id, copy);
    await expect(backups.importFrom(copy)).rejects.toMatchObject(CORRUPT);
  });
});

describe('a sparse file that another tar wrote in its own form', () => {
  it('is refused with what to do', async () => {
    const { backups } = await openOffice();
    const home = join(scratch(), 'mission-control/agents/scout');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'data.bin'), 'begin');
    truncateSync(join(home, 'data.bin'), 8 * 1024 * 1024);
    writeFileSync(join(home, 'data.bin'), 'end', { flag: 'a' });
    const archive = join(scratch(), 'sparse.tar.gz');
    execFileSync('tar', ['-C', join(home, '../../..'), '-czf', archive, '--format=pax', '--sparse', 'mission-control']);
    await expect(backups.importFrom(archive)).rejects.toMatchObject({
      ...CORRUPT,
      message: expect.stringContaining('pack it again without --sparse') as string,
    });
  });
});

describe('an agent whose name leaves no room', () => {
  it('is refused a backup of its own, and is in the full one', async () => {
    const { backups, path } = await openOffice();
    const id = 'n'.repeat(250);
    mkdirSync(path(`mission-control/agents/${id}`));
    writeFileSync(path(`mission-control/agents/${id}/state.json`), '{}');
    await expect(backups.create({ agent: id })).rejects.toMatchObject({ code: 'input.invalid' });
    const made = await backups.create();
    forge(made.path, (manifest) => void Object.assign(manifest, { type: 'agent_state', agent: id }));
    const copy = join(scratch(), 'copy.tar.gz');
    execFileSync('cp', [made.path, copy]);
    await expect(backups.importFrom(copy)).rejects.toMatchObject({ code: 'input.invalid' });
  });
});

describe('a snapshot', () => {
  it('keeps numbers as agents wrote them, there and back', async () => {
    const { backups, path } = await openOffice();
    const text = '{"id": 1234567890123456789, "huge": 1e400, "one": 1.0, "name": "é"}';
    const file = path('mission-control/agents/api/state.json');
    writeFileSync(file, text);
    const { id } = await backups.snapshot();
    writeFileSync(file, '{}');
    await backups.restore(id, { agent: 'api' });
    expect(execFileSync('cat', [file], { encoding: 'utf8' }).trim()).toBe(text);
  });
});
