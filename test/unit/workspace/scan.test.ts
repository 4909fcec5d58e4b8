import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Mark, changedNames, listFiles, markOf } from '../../../src/workspace/watch/scan.js';
import { agentPlaces } from '../../../src/workspace/watch/places.js';
import type { Place } from '../../../src/workspace/watch/places.js';

let root = '';
let place: Place;
const LATE = Date.now() + 60_000;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mc-scan-'));
  place = agentPlaces(root, 'one')[0] as Place;
  await mkdir(join(place.path, 'state.json'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('listFiles', () => {
  it('lists files that mean something, and no directories', async () => {
    await writeFile(join(place.path, 'SOUL.md'), '# One');
    await writeFile(join(place.path, 'x.tmp'), '');
    await symlink('nowhere', join(place.path, 'agent.json'));
    expect([...(listFiles(place, LATE) ?? []).keys()]).toEqual(['SOUL.md', 'agent.json']);
  });

  it('is empty for a directory that is gone, and null for what cannot be listed', () => {
    expect(listFiles({ ...place, path: join(root, 'gone') }, LATE)).toEqual(new Map());
    expect(listFiles({ ...place, path: join(root, 'x'.repeat(300)) }, LATE)).toBeNull();
  });

  it('looks only at the last files of a large directory', async () => {
    const memory = agentPlaces(root, 'one')[1] as Place;
    await mkdir(memory.path);
    for (let at = 100; at < 350; at += 1) await writeFile(join(memory.path, `${at}.md`), '');
    const before = listFiles(memory, LATE) ?? new Map();
    await utimes(join(memory.path, '349.md'), 1, 1);
    await rm(join(memory.path, '100.md'));
    expect(before.size).toBe(250);
    expect(changedNames(before, listFiles(memory, LATE) ?? new Map(), false)).toEqual(['349.md', '100.md']);
  });
});

describe('changedNames', () => {
  const mark = (more: Partial<Mark> = {}): Mark => ({
    ino: 1,
    size: 1,
    mtimeMs: 1,
    ctimeMs: 1,
    young: false,
    isLink: false,
    ...more,
  });

  it('finds what came, went and changed', () => {
    const before = new Map([
      ['same', mark()],
      ['grown', mark()],
      ['gone', mark()],
    ]);
    const after = new Map([
      ['same', mark()],
      ['grown', mark({ size: 2 })],
      ['new', mark()],
    ]);
    expect(changedNames(before, after, true)).toEqual(['grown', 'new', 'gone']);
  });

  it('believes a young mark only when it need not be strict', () => {
    const before = new Map([['a', mark({ young: true })]]);
    const after = new Map([['a', mark()]]);
    expect(changedNames(before, after, false)).toEqual([]);
    expect(changedNames(before, after, true)).toEqual(['a']);
  });
});

describe('markOf', () => {
  it('calls a file young that was written just now', async () => {
    await writeFile(join(place.path, 'SOUL.md'), '');
    expect(markOf(place, 'SOUL.md', Date.now())?.young).toBe(true);
    expect(markOf(place, 'SOUL.md', LATE)?.young).toBe(false);
    expect(markOf(place, 'state.json', LATE)).toBeNull();
  });
});
