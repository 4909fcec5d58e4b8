import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makePlace, run } from './mc.js';

const compiled = join(import.meta.dirname, '..', '..', '..', 'bin', 'compiled.js');
/** Node.js 22 keeps code itself, in files of its own. */
const keepsItself = 'enableCompileCache' in nodeModule;

let home: string;
let bundle: string;
let kept: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mc-compiled-'));
  bundle = join(home, 'bundle');
  kept = join(home, '.cache', 'mission-control', 'compiled');
  await mkdir(bundle);
  await writeFile(join(bundle, 'main.cjs'), source('one'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Of the same length for words of the same length: V8 itself takes code for the source's if that is as long. */
function source(word: string): string {
  return `exports.say = () => require('node:path').basename(__filename) + ' ${word} ' + typeof require.resolve;\n`;
}

/** What a program says that has its bundle kept. */
async function say(env: Record<string, string> = {}): Promise<string> {
  const script = `require(${JSON.stringify(compiled)}).keepCompiled(${JSON.stringify(bundle)}, 'mc');
    console.log(require(${JSON.stringify(join(bundle, 'main.cjs'))}).say());`;
  const { stdout } = await execa(process.execPath, ['-e', script], {
    cwd: home,
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', HOME: home, ...env },
    timeout: 20_000,
  });
  return stdout;
}

const ONE = 'main.cjs one function';

describe.skipIf(keepsItself)('code of the bundle is kept', () => {
  it('once, and taken from there the next time', async () => {
    expect(await say()).toBe(ONE);
    const first = await stat(join(kept, 'mc'));
    expect(await say()).toBe(ONE);
    expect((await stat(join(kept, 'mc'))).ino).toBe(first.ino);
    expect(await readdir(kept)).toEqual(['mc']);
    expect((await stat(kept)).mode & 0o777).toBe(0o700);
    expect(first.mode & 0o777).toBe(0o600);
  });

  it('is made again for a source that has changed, however long it is', async () => {
    await say();
    await writeFile(join(bundle, 'main.cjs'), source('two'));
    expect(await say()).toBe('main.cjs two function');
    expect(await say()).toBe('main.cjs two function');
  });

  it('forgets files that are gone', async () => {
    await say();
    const main = join(bundle, 'main.cjs');
    await writeFile(main, `exports.say = () => require('./other.cjs').say();\n`);
    await writeFile(join(bundle, 'other.cjs'), source('one'));
    expect(await say()).toBe('other.cjs one function');
    await rm(join(bundle, 'other.cjs'));
    await writeFile(main, source('one'));
    expect(await say()).toBe(ONE);
    expect(await readFile(join(kept, 'mc'), 'latin1')).not.toContain('other.cjs');
  });

  it.each<[string, (file: string) => Promise<void>]>([
    ['cut off', (file) => truncate(file, 200)],
    ['empty', (file) => truncate(file, 0)],
    ['something else', (file) => writeFile(file, 'not a cache')],
    ['of a list that lies', (file) => writeFile(file, '[["x", 1, -5], 7, null]\n')],
    ['full of other bytes', spoil],
  ])('is not believed when it is %s', async (_, harm) => {
    await say();
    await harm(join(kept, 'mc'));
    expect(await say()).toBe(ONE);
    expect(await say()).toBe(ONE);
  });

  it('is not taken from a file that others could have written', async () => {
    await say();
    await chmod(join(kept, 'mc'), 0o666);
    expect(await say()).toBe(ONE);
    // It was made again.
    expect((await stat(join(kept, 'mc'))).mode & 0o777).toBe(0o600);
  });
});

/** Changes every byte behind the first line. */
async function spoil(file: string): Promise<void> {
  const bytes = await readFile(file);
  for (let at = bytes.indexOf(10) + 1; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ 0x5a;
  await writeFile(file, bytes);
}

describe('nothing is kept', () => {
  it('in a directory that others can write to', async () => {
    await mkdir(kept, { recursive: true });
    await chmod(kept, 0o777);
    expect(await say()).toBe(ONE);
    expect(await readdir(kept)).toEqual([]);
  });

  it('behind a link', async () => {
    const elsewhere = join(home, 'elsewhere');
    await mkdir(elsewhere);
    await mkdir(join(kept, '..'), { recursive: true });
    await symlink(elsewhere, kept);
    expect(await say()).toBe(ONE);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('where there is no place for it', async () => {
    await writeFile(join(home, '.cache'), 'a file');
    expect(await say()).toBe(ONE);
  });

  it('where HOME is not absolute: it would lie wherever the program is started', async () => {
    expect(await say({ HOME: 'there' })).toBe(ONE);
    expect(await readdir(home)).toEqual(['bundle']);
  });

  it('for who wants none', async () => {
    expect(await say({ NODE_DISABLE_COMPILE_CACHE: '1' })).toBe(ONE);
    await expect(stat(kept)).rejects.toThrow();
  });
});

it('a command says the same whether its code was kept or not, also of its errors', async () => {
  const place = await makePlace();
  try {
    for (const args of [
      ['--help'],
      ['agents', 'list', '--help'],
      ['config', 'path'],
      ['agents', 'lits'],
      ['api', 'x', '--debug', '--server', '1.2.3.4:99999'],
    ]) {
      const first = await run(place, args);
      const second = await run(place, args);
      expect(second).toEqual(first);
    }
    const directory = join(place.home, '.cache', 'mission-control', 'compiled');
    expect(await readdir(directory)).not.toEqual([]);
  } finally {
    await place.clear();
  }
}, 120_000);
