import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../support/scratch.js';
import { type CraftedEntry, craftArchive } from './crafted.js';
import { names, openOffice, picture } from './office.js';

const link = (path: string): CraftedEntry => ({ path, type: 'SymbolicLink', linkpath: '/tmp' });
const file = (path: string): CraftedEntry => ({ path, body: 'in the way' });

describe('an archive that would replace what a workspace is made of', () => {
  it.each([
    link('mission-control'),
    file('mission-control'),
    link('mission-control/agents'),
    file('mission-control/agents'),
    link('mission-control/backups'),
    link('mission-control/backend'),
    file('mission-control/backend'),
    link('mission-control/backend/data'),
    link('mission-control/backend/data/metrics.db'),
    link('mission-control/backend/data/metrics.db-wal'),
    { path: 'mission-control/backend/data/metrics.db', type: 'Directory' } as CraftedEntry,
  ])('is neither imported, found sound, restored nor drilled: $type $path', async (entry) => {
    const { backups, root, store } = await openOffice();
    const archive = join(scratch(), 'theirs.tar.gz');
    craftArchive(archive, [{ path: 'PENDING_TASKS.md', body: '' }, entry]);
    const before = picture(root);
    const stored = names(store);
    const corrupt = { code: 'backup.corrupt', exit: 5, http: 422 };
    await expect(backups.importFrom(archive)).rejects.toMatchObject(corrupt);
    expect(names(store)).toEqual(stored);
    craftArchive(join(store, 'backup_20260301_000000.tar.gz'), [entry]);
    expect((await backups.verify('latest')).errors[0]).toContain(`${entry.path}: is a`);
    await expect(backups.restore('latest', { withDatabase: true })).rejects.toMatchObject(corrupt);
    expect(await backups.drill('latest')).toMatchObject({ ok: false });
    rmSync(join(store, 'backup_20260301_000000.tar.gz'));
    expect(picture(root)).toEqual(before);
  });

  it('is not one that has its directories and its database', async () => {
    const { backups } = await openOffice();
    const archive = join(scratch(), 'theirs.tar.gz');
    const directories = ['', '/agents', '/backend', '/backend/data'].map((path): CraftedEntry => {
      return { path: `mission-control${path}`, type: 'Directory' };
    });
    craftArchive(archive, [...directories, file('mission-control/backend/data/metrics.db')]);
    expect(await backups.importFrom(archive)).toMatchObject({ file_count: 1 });
  });
});
