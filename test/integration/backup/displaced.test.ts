import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beforeSwap, names, type Office, openOffice, picture } from './office.js';

const INBOX = 'mission-control/agents/api/inbox';
const STATE = 'mission-control/agents/api/state.json';

/** What an agent keeps where the backup has an empty directory, which is the only difference. */
async function fileForDirectory(): Promise<{ office: Office; id: string }> {
  const office = await openOffice();
  mkdirSync(office.path(INBOX));
  const { id } = await office.backups.create();
  rmSync(office.path(INBOX), { recursive: true });
  writeFileSync(office.path(INBOX), 'work of an agent');
  office.clock.at += 1000;
  return { office, id };
}

describe('a file in the place of a directory', () => {
  it('counts as changed and is in the safety backup', async () => {
    const { office, id } = await fileForDirectory();
    expect(await office.backups.restore(id, { dryRun: true })).toMatchObject({ changed: [INBOX], restored: 1 });
    expect(readFileSync(office.path(INBOX), 'utf8')).toBe('work of an agent');
    const report = await office.backups.restore(id);
    expect(report).toMatchObject({ changed: [INBOX], restored: 1, kept: [] });
    expect(lstatSync(office.path(INBOX)).isDirectory()).toBe(true);
    await office.backups.restore(report.safety_backup ?? '');
    expect(readFileSync(office.path(INBOX), 'utf8')).toBe('work of an agent');
  });

  it('stays, and what would lie below it too, when nothing is overwritten', async () => {
    const office = await openOffice();
    mkdirSync(office.path(`${INBOX}/deep`), { recursive: true });
    writeFileSync(office.path(`${INBOX}/deep/note.md`), 'note');
    const { id } = await office.backups.create();
    rmSync(office.path(INBOX), { recursive: true });
    writeFileSync(office.path(INBOX), 'work of an agent');
    rmSync(office.path(STATE));
    const report = await office.backups.restore(id, { overwrite: 'never' });
    expect(report).toMatchObject({ restored: 1, changed: [] });
    expect(readFileSync(office.path(INBOX), 'utf8')).toBe('work of an agent');
  });
});

describe('a directory in the place of a file', () => {
  it.each([true, false])('is kept whole (with --delete: %s)', async (deleting) => {
    const { backups, path } = await openOffice();
    const { id } = await backups.create();
    rmSync(path(STATE));
    mkdirSync(path(STATE));
    writeFileSync(path(`${STATE}/work.md`), 'work');
    const report = await backups.restore(id, { delete: deleting });
    expect(report).toMatchObject({ changed: [STATE], removed: [`${STATE}/work.md`] });
    expect(readFileSync(path(STATE), 'utf8')).toBe(readFileSync(join('test/fixtures/office', STATE), 'utf8'));
    expect(await backups.recover()).toBeNull();
    expect(report.kept.map(({ kept_at }) => readFileSync(join(kept_at, 'work.md'), 'utf8'))).toEqual(['work']);
  });
});

describe('what an agent writes between the look and the swap', () => {
  it('stays when there was nothing to restore', async () => {
    const office = await openOffice();
    const { id } = await office.backups.create();
    const stored = names(office.store);
    const { backups, path } = await beforeSwap(office, () => {
      writeFileSync(path(STATE), 'written meanwhile');
      writeFileSync(path('mission-control/agents/api/new.md'), 'new');
      rmSync(path('PENDING_TASKS.md'));
    });
    const report = await backups.restore(id, { delete: true });
    expect(report).toMatchObject({ restored: 0, deleted: 0, safety_backup: null, kept: [] });
    expect(readFileSync(path(STATE), 'utf8')).toBe('written meanwhile');
    expect(readFileSync(path('mission-control/agents/api/new.md'), 'utf8')).toBe('new');
    expect(names(office.store)).toEqual(stored);
  });

  it('is shown and kept when there was', async () => {
    const office = await openOffice();
    const link = 'mission-control/agents/api/latest';
    symlinkSync('state.json', office.path(link));
    const { id } = await office.backups.create();
    writeFileSync(office.path('PENDING_TASKS.md'), 'newer');
    office.clock.at += 1000;
    const { backups, path } = await beforeSwap(office, () => {
      writeFileSync(path(STATE), 'written meanwhile');
      rmSync(path(link));
      symlinkSync('elsewhere', path(link));
    });
    const report = await backups.restore(id);
    expect(report.changed).toEqual(['PENDING_TASKS.md', link, STATE]);
    const kept = new Map(report.kept.map(({ path: kind, kept_at }) => [kind, kept_at]));
    expect([...kept.keys()].toSorted()).toEqual([link, STATE]);
    expect(readFileSync(kept.get(STATE) ?? '', 'utf8')).toBe('written meanwhile');
    expect(readlinkSync(kept.get(link) ?? '')).toBe('elsewhere');
  });

  it('stays when the restore was only agreed to because it found nothing', async () => {
    const { office, id } = await fileForDirectory();
    writeFileSync(office.path(STATE), 'newer');
    rmSync(office.path('mission-control/agents/builder'), { recursive: true });
    const report = await office.backups.restore(id, { leaveFiles: true, delete: true });
    expect(report).toMatchObject({ restored: 0, deleted: 0, safety_backup: null });
    expect(readFileSync(office.path(INBOX), 'utf8')).toBe('work of an agent');
    expect(readFileSync(office.path(STATE), 'utf8')).toBe('newer');
    // Directories that are missing stand in nobody's way.
    expect(names(office.path('mission-control/agents/builder'))).toEqual(['memory']);
  });
});

describe('a restore that finds nothing', () => {
  it('swaps nothing and touches no time', async () => {
    const { backups, root, path } = await openOffice();
    const { id } = await backups.create();
    const before = { ...picture(root), at: lstatSync(path('mission-control/agents')).ctimeMs };
    await backups.restore(id);
    expect({ ...picture(root), at: lstatSync(path('mission-control/agents')).ctimeMs }).toEqual(before);
  });
});
