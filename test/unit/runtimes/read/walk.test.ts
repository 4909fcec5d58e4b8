import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRoots, rootNames } from '../../../../src/runtimes/read/roots.js';
import { createWalk, type Walking } from '../../../../src/runtimes/read/walk.js';
import { scratch } from '../../../support/scratch.js';

function put(root: string, ...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
}

function walkOf(root: string, limit = 100, into: (path: string) => boolean = () => true) {
  const warnings: string[] = [];
  const wants = (path: string) => path.endsWith('.jsonl');
  const warn = (path: string, reason: string) => warnings.push(`${path}: ${reason}`);
  return { warnings, walk: createWalk({ root, into, wants, limit, warn }) };
}

function pathsOf(walking: Walking): string[] {
  for (;;) {
    const step = walking.next();
    if (step.done) return step.value.map(({ path }) => path).sort();
  }
}

describe('a walk', () => {
  it('finds what is wanted, and nothing below a directory that is not', () => {
    const root = scratch();
    put(root, 'a.jsonl', 'b.txt', 'in/c.jsonl', 'out/d.jsonl');
    expect(pathsOf(walkOf(root, 100, (path) => path !== 'out').walk.whole())).toEqual(['a.jsonl', 'in/c.jsonl']);
  });

  it('follows no link: to a file, out of the root, back into itself', () => {
    const root = scratch();
    const elsewhere = scratch();
    put(root, 'a.jsonl');
    put(elsewhere, 'secret.jsonl');
    symlinkSync(elsewhere, join(root, 'out'));
    symlinkSync('.', join(root, 'loop'));
    symlinkSync(join(elsewhere, 'secret.jsonl'), join(root, 'link.jsonl'));
    const { walk, warnings } = walkOf(root);
    expect(pathsOf(walk.whole())).toEqual(['a.jsonl']);
    expect(warnings).toEqual(['link.jsonl: is a symbolic link, not read']);
  });

  it('goes into deep trees', () => {
    const root = scratch();
    const deep = `${'d/'.repeat(100)}end.jsonl`;
    put(root, deep);
    expect(pathsOf(walkOf(root, 1000).walk.whole())).toEqual([deep]);
  });

  it('ends at so many files, and says so once', () => {
    const root = scratch();
    put(root, ...Array.from({ length: 8 }, (_, n) => `${n}.jsonl`));
    const { walk, warnings } = walkOf(root, 5);
    expect(pathsOf(walk.whole())).toHaveLength(5);
    expect(pathsOf(walk.whole())).toHaveLength(5);
    expect(warnings).toEqual([': holds more than 5 files: the others are not read']);
  });

  it('ends at so many directories, though no file is in them', () => {
    const root = scratch();
    for (let n = 0; n < 9; n++) mkdirSync(join(root, `${n}`));
    const { walk, warnings } = walkOf(root, 5);
    expect(pathsOf(walk.whole())).toEqual([]);
    expect(warnings).toEqual([': holds more than 5 directories: the others are not read']);
  });

  it('of what changed looks into no directory that did not', () => {
    const root = scratch();
    put(root, 'old/a.jsonl', 'new/b.jsonl');
    const { walk } = walkOf(root);
    expect(pathsOf(walk.whole())).toEqual(['new/b.jsonl', 'old/a.jsonl']);
    expect(pathsOf(walk.changed())).toEqual([]);
    put(root, 'new/c.jsonl');
    utimesSync(join(root, 'new'), 1, 1);
    expect(pathsOf(walk.changed())).toEqual(['new/b.jsonl', 'new/c.jsonl']);
  });
});

describe('roots', () => {
  const warnings: string[] = [];
  const find = (home: string, ...names: string[]) => {
    warnings.length = 0;
    return findRoots(
      names.map((name) => join(home, name)),
      home,
      (reason) => warnings.push(reason),
    ).map(({ label }) => label);
  };

  it('are each found once, whatever leads there, and missing ones are nothing to warn of', () => {
    const home = scratch();
    mkdirSync(join(home, 'real'));
    symlinkSync('real', join(home, 'link'));
    expect([find(home, 'link', 'gone', 'real/gone'), warnings]).toEqual([['link'], []]);
    expect(find(home, 'link', 'real')).toHaveLength(1);
  });

  it('that are no directory, or a link to itself, are named', () => {
    const home = scratch();
    put(home, 'file');
    symlinkSync('loop', join(home, 'loop'));
    expect(find(home, 'file', 'loop')).toEqual([]);
    expect(warnings).toEqual(['file: is not a directory', expect.stringMatching(/^loop: /)]);
  });

  it('are those of the config file, else of the environment, else of habit', () => {
    const env = { CLAUDE_CONFIG_DIR: ' /one, ~/two,, three ' };
    expect(rootNames('claude-code', { home: '/h', env })).toEqual(['/one', '/h/two', '/h/three']);
    expect(rootNames('claude-code', { home: '/h', env, configured: ['~'] })).toEqual(['/h']);
    expect(rootNames('claude-code', { home: '/h', env: {} })).toEqual(['/h/.claude', '/h/.config/claude']);
    expect(rootNames('codex', { home: '/h', env: { CODEX_HOME: '' } })).toEqual(['/h/.codex']);
  });
});
