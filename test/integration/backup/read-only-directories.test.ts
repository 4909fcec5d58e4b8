import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../support/scratch.js';
import { runAs, type Unprivileged, unprivileged } from '../../support/unprivileged.js';

const PROGRAM = resolve('bin/run.js');
const MODULE = 'mission-control/agents/api/mod';
const FILES = ['a/x.go', 'a/deep/y.go', 'z.go'].map((name) => `${MODULE}/${name}`);
const DIRECTORIES = [MODULE, `${MODULE}/a`, `${MODULE}/a/deep`];
const KILLS = 6 * Number(process.env.MC_TEST_RUNS ?? 1);

interface Cache {
  user: Unprivileged;
  root: string;
  mc: (...words: string[]) => string;
  /** Makes the module cache as Go leaves it: every directory without the right to write, its files too. */
  close(): void;
  open(): void;
}

function moduleCache(): Cache | null {
  const user = unprivileged(PROGRAM);
  if (!user) return null;
  const home = scratch();
  const root = join(home, 'w');
  cpSync('test/fixtures/office', root, { recursive: true });
  for (const file of FILES) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `package ${file}\n`);
  }
  user.give(home);
  const cache: Cache = {
    user,
    root,
    mc: (...words) => runAs(user, [PROGRAM, 'backup', ...words, '-w', root], { HOME: home }),
    close: () => modes(root, 0o555, 0o444),
    open: () => modes(root, 0o755, 0o644),
  };
  cache.close();
  return cache;
}

function modes(root: string, directory: number, file: number): void {
  for (const path of DIRECTORIES) if (existsSync(join(root, path))) chmodSync(join(root, path), 0o755);
  for (const path of FILES) if (existsSync(join(root, path))) chmodSync(join(root, path), file);
  for (const path of DIRECTORIES.toReversed()) if (existsSync(join(root, path))) chmodSync(join(root, path), directory);
}

function expectClosed(root: string): void {
  for (const path of DIRECTORIES) expect((statSync(join(root, path)).mode & 0o777).toString(8), path).toBe('555');
  for (const path of FILES) {
    expect(readFileSync(join(root, path), 'utf8')).toBe(`package ${path}\n`);
    expect((statSync(join(root, path)).mode & 0o777).toString(8), path).toBe('444');
  }
}

function leftovers(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /mc-tmp|journal|drill|scratch/.test(name) && !/\.backup(?:_|\.lock)/.test(name),
  );
}

describe('directories that their owner may not write', () => {
  it('come back with their files: missing, changed, elsewhere and in a drill', { timeout: 120_000 }, ({ skip }) => {
    const cache = moduleCache();
    if (!cache) return skip('root cannot be somebody else here');
    const { mc, root } = cache;
    const { id } = JSON.parse(mc('create', '--json'));
    expect(JSON.parse(mc('drill', '--json')).ok).toBe(true);
    cache.open();
    rmSync(join(root, MODULE), { recursive: true });
    expect(JSON.parse(mc('restore', id, '--yes', '--json')).added).toEqual(expect.arrayContaining(FILES));
    expectClosed(root);
    // One file in a closed directory is another: the directory lends its owner the right, and takes it back.
    for (const file of FILES.slice(0, 2)) {
      chmodSync(join(root, file), 0o644);
      writeFileSync(join(root, file), 'changed');
    }
    cache.close();
    expect(JSON.parse(mc('restore', id, '--yes', '--json')).changed).toEqual(FILES.slice(0, 2).toSorted());
    expectClosed(root);
    const to = join(dirname(root), 'elsewhere');
    mc('restore', id, '--to', to, '--yes', '--json');
    expectClosed(to);
    expect(leftovers(root)).toEqual([]);
    cache.open();
    modes(to, 0o755, 0o644);
  });

  it('survive kill -9 at any time, and the next command finds its way', { timeout: 600_000 }, async ({ skip }) => {
    const cache = moduleCache();
    if (!cache) return skip('root cannot be somebody else here');
    const { mc, root, user } = cache;
    const { id } = JSON.parse(mc('create', '--json'));
    const spoil = () => {
      cache.open();
      rmSync(join(root, MODULE, 'a/deep'), { recursive: true, force: true });
      writeFileSync(join(root, FILES[0] ?? ''), 'spoiled');
      writeFileSync(join(root, FILES[2] ?? ''), 'spoiled');
      user.give(root);
      cache.close();
    };
    for (let kill = 0; kill < KILLS; kill += 1) {
      spoil();
      const [command, ...args] = [
        ...user.prefix,
        process.execPath,
        join(import.meta.dirname, 'child.mjs'),
        root,
        'restore',
        id,
      ];
      const child = spawn(command ?? '', args, {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, HOME: dirname(root) },
      });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      expect((await lines.next()).value).toBe('begun');
      const ended = once(child, 'exit');
      child.stdin.write('go\n');
      await delay(40 + Math.random() * 300);
      child.kill('SIGKILL');
      await ended;
      mc('list', '--json');
      for (const path of DIRECTORIES.slice(0, 2)) expect(statSync(join(root, path)).mode & 0o777, path).toBe(0o555);
      mc('restore', id, '--yes', '--json');
      expectClosed(root);
      expect(leftovers(root)).toEqual([]);
    }
    cache.open();
  });
});
