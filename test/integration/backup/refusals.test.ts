import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inlineTools } from '../../../src/backup/jobs/jobs.js';
import { inlineRunner } from '../../../src/backup/jobs/runner.js';
import { lockable } from '../../support/read-only.js';
import { openOffice, picture } from './office.js';

const QUEUE = 'mission-control/TASK_QUEUE.md';

describe('a workspace that refuses', () => {
  it('a step of the swap has everything back, and what came in its way', async () => {
    const office = await openOffice();
    const folder = office.path('mission-control/agents/api/empty');
    mkdirSync(folder);
    const { id } = await office.backups.create();
    rmSync(folder, { recursive: true });
    writeFileSync(office.path(QUEUE), 'newer');
    rmSync(office.path('PENDING_TASKS.md'));
    const before = picture(office.root);
    const runner = inlineRunner((onUpdate) =>
      inlineTools((update) => {
        if (update.phase === 'write' && update.files_done === 0) writeFileSync(folder, 'just written');
        onUpdate(update);
      }),
    );
    office.clock.at += 1000;
    const { backups } = await openOffice({ root: office.root, runner });
    await expect(backups.restore(id)).rejects.toMatchObject({
      code: 'file.blocked',
      message: expect.stringContaining(
        'stopped at mission-control/agents/api/empty, and everything is as it was before',
      ) as string,
    });
    expect(readFileSync(folder, 'utf8')).toBe('just written');
    rmSync(folder);
    expect(picture(office.root)).toEqual(before);
    expect(await backups.recover()).toBeNull();
    expect((await office.backups.restore(id)).restored).toBe(2);
  });

  it('a mode or a time has the rest restored, and is told', async () => {
    const { backups, path } = await openOffice();
    const folder = 'mission-control/agents/api/foreign';
    mkdirSync(path(folder));
    const disk = lockable(path(folder));
    if (!disk || process.getuid?.() !== 0) return;
    writeFileSync(path(`${folder}/state.md`), 'the same');
    chmodSync(path(folder), 0o700);
    const { id } = await backups.create();
    chmodSync(path(folder), 0o755);
    disk.readOnly();
    writeFileSync(path(QUEUE), 'newer');
    const report = await backups.restore(id);
    expect(report).toMatchObject({ restored: 1, changed: [QUEUE] });
    expect(report.skipped).toContainEqual({ path: folder, reason: 'its mode and time could not be set: EROFS' });
    expect(await backups.recover()).toBeNull();
  });
});
