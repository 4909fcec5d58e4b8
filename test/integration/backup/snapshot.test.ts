import { mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openOffice, picture } from './office.js';

describe('a snapshot whose bytes have changed', () => {
  it.each([true, false])('is not restored, even when it still reads well (its time the same: %s)', async (sameTime) => {
    const { backups, root } = await openOffice();
    const { id, path } = await backups.snapshot();
    const { mtime } = statSync(path);
    const text = readFileSync(path, 'utf8');
    const flipped = text.replace('"tasks_completed": 9', '"tasks_completed": 8');
    expect(flipped).not.toBe(text);
    writeFileSync(path, flipped);
    utimesSync(path, mtime, sameTime ? mtime : new Date(mtime.getTime() + 5000));
    const before = picture(root);
    const corrupt = { code: 'backup.corrupt', exit: 5, message: expect.stringContaining('checksum') as string };
    await expect(backups.restore(id)).rejects.toMatchObject(corrupt);
    await expect(backups.restore(id, { dryRun: true })).rejects.toMatchObject(corrupt);
    expect(picture(root)).toEqual(before);
    expect((await backups.verify(id)).errors).toEqual([expect.stringContaining('checksum')]);
  });
});

describe('which directories are agents', () => {
  it('is the same for a backup as for the list of agents', async () => {
    const { backups, path } = await openOffice();
    for (const name of ['.hidden', 'a\\b']) {
      mkdirSync(path(join('mission-control/agents', name)));
      writeFileSync(path(join('mission-control/agents', name, 'state.json')), '{"status":"idle"}');
    }
    const snapshot = await backups.snapshot();
    expect(snapshot.problems.map(({ path: of }) => of)).toEqual(['mission-control/agents/scribe/state.json']);
    expect((await backups.verify(snapshot.id)).errors).toEqual([]);
    const { agents } = JSON.parse(readFileSync(snapshot.path, 'utf8')) as { agents: object };
    expect(Object.keys(agents)).toContain('a\\b');
    expect(Object.keys(agents)).not.toContain('.hidden');
    expect(await backups.create({ agent: 'a\\b' })).toMatchObject({ agent: 'a\\b' });
    await expect(backups.create({ agent: '.hidden' })).rejects.toMatchObject({ code: 'agent.not_found' });
  });
});
