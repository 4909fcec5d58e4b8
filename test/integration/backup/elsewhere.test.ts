import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock, workspaceLayout } from '../../../src/base/index.js';
import { scratch } from '../../support/scratch.js';
import { type Office, openOffice } from './office.js';

const STATE = 'mission-control/agents/api/state.json';

/** Ways to say where the workspace is. */
const NAMES: [string, (office: Office) => string][] = [
  ['its path', ({ root }) => root],
  ['a roundabout path', ({ root }) => `${root}/mission-control/..//`],
  [
    'a link outside',
    ({ root }) => {
      const link = join(scratch(), 'link');
      symlinkSync(root, link);
      return link;
    },
  ],
  [
    'a link inside',
    ({ root, path }) => {
      symlinkSync(root, path('mission-control/loop'));
      return path('mission-control/loop');
    },
  ],
];

describe('restoring elsewhere', () => {
  it.each(NAMES)('is no way around what protects the workspace: %s', async (_, nameOf) => {
    const office = await openOffice();
    const { backups, path, root, clock } = office;
    const { id } = await backups.create();
    writeFileSync(path(STATE), 'newer');
    clock.at += 1000;
    const to = nameOf(office);
    const lock = await acquireLock(workspaceLayout(root).serverLock, 'mc serve');
    await expect(backups.restore(id, { to, withDatabase: true })).rejects.toMatchObject({ code: 'busy' });
    await lock.release();
    const report = await backups.restore(id, { to });
    expect(report).toMatchObject({ to: root, changed: [STATE], restored: 1 });
    await backups.restore(report.safety_backup ?? '');
    expect(readFileSync(path(STATE), 'utf8')).toBe('newer');
  });

  it('into a directory of the workspace is elsewhere', async () => {
    const { backups, path } = await openOffice();
    const { id } = await backups.create();
    mkdirSync(path('look'));
    const report = await backups.restore(id, { to: path('look'), agent: 'api' });
    expect(report).toMatchObject({ to: path('look'), safety_backup: null });
    expect(readFileSync(path(`look/${STATE}`))).toEqual(readFileSync(path(STATE)));
  });
});
