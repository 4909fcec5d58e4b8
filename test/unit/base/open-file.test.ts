import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdDirectory, LEADS_OUT, readRegular, readRegularSync } from '../../../src/base/index.js';
import { runAs, unprivileged } from '../../support/unprivileged.js';

const BUILT = fileURLToPath(new URL('../../../dist/src/base/index.js', import.meta.url));

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'mc-open-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const LIMIT = { limit: 1024 };
const both = async (path: string, bounds: { limit: number; within?: string[] } = LIMIT) => {
  const found = await readRegular(path, bounds);
  const atOnce = readRegularSync(path, bounds);
  expect(atOnce && 'reason' in atOnce ? atOnce.reason : atOnce?.bytes).toEqual(
    found && 'reason' in found ? found.reason : found?.bytes,
  );
  return found === null ? null : 'reason' in found ? found.reason : found.bytes.toString();
};

describe('reading a file that somebody else may have made', () => {
  it('reads a regular file, and null where there is none', async () => {
    writeFileSync(join(root, 'a'), 'text');
    expect(await both(join(root, 'a'))).toBe('text');
    expect(await both(join(root, 'none'))).toBeNull();
    expect(await both(join(root, 'a', 'below'))).toBeNull();
  });

  it('refuses a FIFO, a device, a directory, a loop and a sparse file without waiting', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await both(join(root, 'pipe'))).toBe('is a FIFO');
    expect(await both('/dev/zero')).toBe('is a device');
    expect(await both(root)).toBe('is a directory');
    symlinkSync('loop', join(root, 'loop'));
    expect(await both(join(root, 'loop'))).toBe('symbolic link loop');
    writeFileSync(join(root, 'sparse'), '');
    truncateSync(join(root, 'sparse'), 5 * 1024 ** 3);
    expect(await both(join(root, 'sparse'))).toBe('larger than 1 kB, not read');
  });

  it('calls what is not a file what it is, whether it may be opened or not', ({ skip }) => {
    const somebody = unprivileged(BUILT) ?? skip('root cannot be somebody else here');
    mkdirSync(join(root, 'closed'));
    writeFileSync(join(root, 'file'), 'text');
    mkdirSync(join(root, 'inside'));
    symlinkSync('../file', join(root, 'inside', 'out'));
    somebody.give(root);
    for (const name of ['closed', 'file']) chmodSync(join(root, name), 0o000);
    const script = `import { readRegular, readRegularSync } from ${JSON.stringify(BUILT)};
      const found = [];
      for (const path of ${JSON.stringify(['closed', 'file'].map((name) => join(root, name)))}) {
        for (const read of [readRegular, readRegularSync]) found.push((await read(path, { limit: 1 })).reason);
      }
      const out = { limit: 1, within: [${JSON.stringify(join(root, 'inside'))}] };
      found.push((await readRegular(${JSON.stringify(join(root, 'inside', 'out'))}, out)).reason);
      console.log(JSON.stringify(found));`;
    expect(JSON.parse(runAs(somebody, ['--input-type=module', '-e', script], {}))).toEqual([
      'is a directory',
      'is a directory',
      'permission denied',
      'permission denied',
      'symbolic link that leads out of the workspace',
    ]);
  });

  it('reads what pretends to be empty to its end, and no further than the limit', async () => {
    expect(await both('/proc/version', { limit: 65_536 })).toContain('Linux');
    expect(await both('/proc/self/maps', { limit: 1024 })).toBe('larger than 1 kB, not read');
  });

  it('follows a link within the roots and refuses one that leads out, wherever on the way it stands', async () => {
    mkdirSync(join(root, 'in'));
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, 'in', 'file'), 'in');
    writeFileSync(join(root, 'out', 'file'), 'out');
    symlinkSync('../out', join(root, 'in', 'link'));
    symlinkSync('file', join(root, 'in', 'own'));
    const bounds = { limit: 1024, within: [join(root, 'in')] };
    expect(await both(join(root, 'in', 'own'), bounds)).toBe('in');
    expect(await both(join(root, 'in', 'link', 'file'), bounds)).toBe('symbolic link that leads out of the workspace');
  });
});

describe('a link that leads out', () => {
  it('is called that, whatever lies there and whether anything does', async () => {
    for (const name of ['in', 'out']) mkdirSync(join(root, name));
    const links = { directory: '../out', nothing: '../out/nothing', loop: '../out/loop', pipe: '../out/pipe' };
    symlinkSync('loop', join(root, 'out', 'loop'));
    execFileSync('mkfifo', [join(root, 'out', 'pipe')]);
    const within = [join(root, 'in')];
    for (const [name, target] of Object.entries(links)) {
      symlinkSync(target, join(root, 'in', name));
      expect(await both(join(root, 'in', name), { limit: 1, within }), name).toBe(LEADS_OUT);
      await expect(holdDirectory(join(root, 'in', name), within), name).rejects.toMatchObject({ code: 'file.refused' });
    }
    symlinkSync(join(root, 'out'), join(root, 'in', 'first'));
    symlinkSync('first/nothing', join(root, 'in', 'second'));
    expect(await both(join(root, 'in', 'second'), { limit: 1, within })).toBe(LEADS_OUT);
  });

  it('is not one that leads nowhere, in a circle, or out and in again', async () => {
    mkdirSync(join(root, 'in'));
    const within = [join(root, 'in')];
    for (const target of ['nothing', '../in/nothing', join(root, 'in', 'nothing')]) {
      symlinkSync(target, join(root, 'in', 'link'));
      expect(await both(join(root, 'in', 'link'), { limit: 1, within })).toBeNull();
      rmSync(join(root, 'in', 'link'));
    }
    symlinkSync('loop', join(root, 'in', 'loop'));
    expect(await both(join(root, 'in', 'loop'), { limit: 1, within })).toBe('symbolic link loop');
    // A workspace that was not there at the start has no roots, and no links either.
    expect(await both(join(root, 'nothing'), { limit: 1, within: [] })).toBeNull();
  });

  it('is called that also where nobody may look', ({ skip }) => {
    const somebody = unprivileged(BUILT) ?? skip('root cannot be somebody else here');
    for (const name of ['in', 'out', 'out/closed']) mkdirSync(join(root, name));
    for (const [name, target] of [
      ['a', '../out/closed'],
      ['b', '../out/closed/file'],
    ] as const)
      symlinkSync(target, join(root, 'in', name));
    somebody.give(root);
    chmodSync(join(root, 'out', 'closed'), 0o000);
    const script = `import { holdDirectory, readRegular } from ${JSON.stringify(BUILT)};
      const within = [${JSON.stringify(join(root, 'in'))}];
      for (const name of ['a', 'b']) {
        const path = within[0] + '/' + name;
        console.log((await readRegular(path, { limit: 1, within })).reason);
        console.log(await holdDirectory(path, within).catch((error) => error.message.slice(path.length + 2)));
      }`;
    const said = runAs(somebody, ['--input-type=module', '-e', script], {});
    chmodSync(join(root, 'out', 'closed'), 0o755);
    expect(said.trim().split('\n')).toEqual(Array.from({ length: 4 }, () => LEADS_OUT));
  });
});

describe('holding a directory', () => {
  it('keeps leading into it when its name leads elsewhere', async () => {
    mkdirSync(join(root, 'in'));
    const held = await holdDirectory(join(root, 'in'), [root]);
    expect(held.real).toBe(join(root, 'in'));
    await held.sync();
    await held.close();
  });

  it('refuses one that leads out, and what is not a directory', async () => {
    mkdirSync(join(root, 'in'));
    symlinkSync('/etc', join(root, 'in', 'etc'));
    writeFileSync(join(root, 'file'), '');
    await expect(holdDirectory(join(root, 'in', 'etc'), [root])).rejects.toMatchObject({ code: 'file.refused' });
    await expect(holdDirectory(join(root, 'file'), [root])).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
