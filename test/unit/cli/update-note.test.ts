import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NotePlace, updateNote } from '../../../src/cli/update-note.js';
import { scratch } from '../../support/scratch.js';

const NOW = Date.parse('2026-11-28T12:00:00Z');

function place(more: Partial<NotePlace> = {}): NotePlace {
  const directory = join(scratch(), 'state');
  return { terminal: true, now: NOW, directory: () => directory, ours: '0.2.0', theirs: '0.1.9', ...more };
}

describe('the note of a newer version', () => {
  it('is said once a day', async () => {
    const here = place();
    expect(await updateNote(here)).toContain('the server runs 0.1.9, and 0.2.0 is installed');
    expect(await updateNote({ ...here, now: NOW + 3_600_000 })).toBeNull();
    expect(await updateNote({ ...here, now: NOW + 25 * 3_600_000 })).not.toBeNull();
  });

  it('is said again when the clock was set back, not never', async () => {
    const here = place();
    await updateNote({ ...here, now: NOW + 365 * 86_400_000 });
    expect(await updateNote(here)).not.toBeNull();
  });

  it('is not said in scripts, without a server, or where none is newer', async () => {
    expect(await updateNote(place({ terminal: false }))).toBeNull();
    expect(await updateNote(place({ theirs: null }))).toBeNull();
    expect(await updateNote(place({ theirs: '0.2.0' }))).toBeNull();
    expect(await updateNote(place({ theirs: '10.0.0' }))).toBeNull();
  });

  it('is not said where it cannot be remembered, or the file holds something else', async () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    expect(await updateNote(place({ directory: () => join(file, 'below') }))).toBeNull();
    const fail = () => {
      throw new Error('there is no home');
    };
    expect(await updateNote(place({ directory: fail }))).toBeNull();
    const odd = join(scratch(), 'state');
    mkdirSync(odd);
    writeFileSync(join(odd, 'update-note.json'), '[', { mode: 0o600 });
    expect(await updateNote(place({ directory: () => odd }))).not.toBeNull();
  });
});
