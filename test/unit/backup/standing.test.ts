import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { groundElsewhere } from '../../../src/backup/restore/ground.js';
import { Standing } from '../../../src/backup/restore/standing.js';
import { isAtOrBelow, newParents } from '../../../src/backup/tree/paths.js';
import { scratch } from '../../support/scratch.js';

test('each parent of many deep paths comes once, outermost first', () => {
  const known = new Set<string>();
  expect(newParents('a/b/c/d', known)).toEqual(['a', 'a/b', 'a/b/c']);
  expect(newParents('a/b/c/e', known)).toEqual([]);
  expect(newParents('a/b/x/y', known)).toEqual(['a/b/x']);
  expect(newParents('top', known)).toEqual([]);
  const deep = Array.from({ length: 40 }, (_, index) => `d${index}`).join('/');
  const made = Array.from({ length: 1000 }, (_, index) => newParents(`${deep}/f${index}`, known));
  expect(made.flat()).toHaveLength(40);
});

test('a path is found at or below the paths of a set, and not beside them', () => {
  const set = new Set(['a/b', 'c']);
  const inside = ['a/b', 'a/b/x/y', 'c', 'c/d'].map((path) => isAtOrBelow(path, set));
  const outside = ['a', 'a/bc', 'a/x', 'd', 'b'].map((path) => isAtOrBelow(path, set));
  expect([...inside, ...outside]).toEqual([true, true, true, true, false, false, false, false, false]);
});

test('what stands is looked at once, however many paths lie below it', () => {
  const root = scratch();
  mkdirSync(join(root, 'real/below'), { recursive: true });
  writeFileSync(join(root, 'file'), '');
  symlinkSync('real', join(root, 'link'));
  const standing = new Standing(groundElsewhere(root));
  const near = ['real/below/new/deep/f', 'gone/f', 'f', 'file/f'].map((path) => standing.nearest(path).path);
  expect(near).toEqual(['real/below', '', '', '']);
  const blocked = ['real/below/x', 'file/x/y', 'link/below/x', 'gone/x', 'f'].map((path) => standing.isBlocked(path));
  expect(blocked).toEqual([false, true, true, false, false]);
  // Asked again of another path, the answer comes from memory: the disk is not asked.
  rmSync(join(root, 'real'), { recursive: true });
  expect(standing.nearest('real/below/new/deep/g').path).toBe('real/below');
});
