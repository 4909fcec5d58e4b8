import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openOffice } from './office.js';

describe('records of backups that somebody else has tampered with', () => {
  it('a directory in their place is moved out of the way, whole, and backups go on', async () => {
    const { backups, store } = await openOffice();
    mkdirSync(join(store, '.backup_records.json'), { recursive: true });
    writeFileSync(join(store, '.backup_records.json', 'note.md'), 'note');
    const { id } = await backups.create();
    expect((await backups.records()).stages.create.last_success).not.toBeNull();
    expect((await backups.verify(id)).errors).toEqual([]);
    const [aside, ...more] = readdirSync(store).filter((name) => name.startsWith('.backup_records.json.displaced-'));
    expect(more).toEqual([]);
    expect(readFileSync(join(store, aside ?? '', 'note.md'), 'utf8')).toBe('note');
  });

  it('a list in place of what is known of each archive is forgotten, not written into', async () => {
    const { backups, store } = await openOffice();
    mkdirSync(store, { recursive: true });
    writeFileSync(join(store, '.backup_records.json'), '{"archives": []}');
    await backups.create();
    expect(Object.keys((await backups.records()).archives)).toHaveLength(1);
  });
});
