import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { groundElsewhere } from '../../../src/backup/restore/ground.js';
import { refuseClashes, trialsOf, tryOut } from '../../../src/backup/restore/preflight.js';
import { scratch } from '../../support/scratch.js';

const plenty = () => 1e12;
const entry = (path: string) => ({ path, size: 1 });

describe('what is tried before a restore', () => {
  it('is each name that is out of the common, once, where it will lie', async () => {
    const root = scratch();
    mkdirSync(join(root, 'a'));
    const ground = groundElsewhere(root);
    const names = ['ä'.repeat(60), 'c:x', 'b'.repeat(101)];
    const entries = ['a/state.json', ...names.map((name) => `a/new/${name}`), `b/${names[1]}`].map(entry);
    const trials = trialsOf(ground, entries, 'tag');
    expect(trials).toHaveLength(1);
    expect(trials[0]?.names.toSorted()).toEqual(names.toSorted());
    for (const trial of trials) await tryOut(ground, trial, plenty);
    expect(readdirSync(root)).toEqual(['a']);
    expect(readdirSync(join(root, 'a'))).toEqual([]);
  });

  it.each([
    ['a name', `a/${'ü'.repeat(128)}`, 'the name is too long'],
    ['a path', Array.from({ length: 2100 }, () => 'a').join('/'), 'the path is too long'],
  ])('refuses %s that does not fit, and leaves nothing', async (_, path, reason) => {
    const root = scratch();
    const ground = groundElsewhere(root);
    const attempt = async () => {
      for (const trial of trialsOf(ground, [entry(path)], 'tag')) await tryOut(ground, trial, plenty);
    };
    await expect(attempt()).rejects.toMatchObject({ code: 'file.refused', message: expect.stringContaining(reason) });
    expect(readdirSync(root)).toEqual([]);
  });

  it('refuses names that a file system takes for one', () => {
    expect(() => refuseClashes([entry('a/Readme'), entry('a/b')])).not.toThrow();
    expect(() => refuseClashes([entry('a/Readme'), entry('A/readme')])).toThrow('takes it for the same as a/Readme');
    // The same letter as one character and as two.
    expect(() => refuseClashes([entry('caf\u00e9'), entry('cafe\u0301')])).toThrow('takes it for the same');
  });

  it('asks for the room of all files', async () => {
    const ground = groundElsewhere(scratch());
    const [trial] = trialsOf(ground, [entry('a'), { path: 'b', size: 10 }], 'tag');
    if (!trial) throw new Error('no trial');
    await expect(tryOut(ground, trial, () => 10)).rejects.toMatchObject({ code: 'disk.full' });
    await tryOut(ground, trial, () => 11);
  });
});
