import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
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
