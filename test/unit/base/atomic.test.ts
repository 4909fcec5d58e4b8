import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock, isAsideName, makeDirectory, writeFileAtomic } from '../../../src/base/index.js';
import { lockable } from '../../support/read-only.js';
import { scratch } from '../../support/scratch.js';

describe('writeFileAtomic', () => {
  it('makes the directory, writes, and leaves nothing aside', async () => {
    const file = join(scratch(), 'deep', 'state.json');
    await writeFileAtomic(file, '{"a":1}');
    expect(readFileSync(file, 'utf8')).toBe('{"a":1}');
    expect(readdirSync(join(file, '..'))).toEqual(['state.json']);
  });

  it('keeps the mode of the file it replaces', async () => {
    const file = join(scratch(), 'state.json');
    writeFileSync(file, 'old');
    chmodSync(file, 0o600);
    await writeFileAtomic(file, 'new');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('takes names as long as a file system allows', async () => {
    const file = join(scratch(), `${'n'.repeat(250)}.json`);
    await writeFileAtomic(file, 'x');
    expect(existsSync(file)).toBe(true);
  });

  it('fails without a trace when the place is taken by a directory', async () => {
    const directory = scratch();
    mkdirSync(join(directory, 'state.json'));
    await expect(writeFileAtomic(join(directory, 'state.json'), 'x')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(directory)).toEqual(['state.json']);
  });

  it('names its files aside so that watchers pass them over', () => {
    expect(isAsideName('.state.json.0a1b.mc-tmp')).toBe(true);
    expect(isAsideName('state.json')).toBe(false);
  });
});

describe('makeDirectory', () => {
  it('makes nothing above the directory that must be there', async () => {
    const away = join(scratch(), 'away');
    await expect(makeDirectory(join(away, 'x', 'y'), away)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(writeFileAtomic(join(away, 'x', 'y'), '', { below: away })).rejects.toMatchObject({ code: 'ENOENT' });
    expect(existsSync(away)).toBe(false);
    mkdirSync(away);
    await makeDirectory(join(away, 'x', 'y'), away);
    expect(existsSync(join(away, 'x', 'y'))).toBe(true);
  });

  it('makes all that is missing, once or many at a time', async () => {
    for (let turn = 0; turn < 50; turn += 1) {
      const path = join(scratch(), 'a', 'b', 'c');
      await Promise.all(Array.from({ length: 8 }, () => makeDirectory(path)));
      await makeDirectory(path);
      expect(statSync(path).isDirectory()).toBe(true);
    }
  });

  it('says that a file is in the way', async () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    await expect(makeDirectory(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeDirectory(join(file, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('says that the disk is read-only, however deep the path', async () => {
    const directory = scratch();
    const disk = lockable(directory);
    if (!disk) return;
    mkdirSync(join(directory, 'a'));
    disk.readOnly();
    const code = process.getuid?.() === 0 ? 'EROFS' : 'EACCES';
    await expect(makeDirectory(join(directory, 'x', 'y', 'z'))).rejects.toMatchObject({ code });
    await makeDirectory(join(directory, 'a'));
    await expect(acquireLock(join(directory, 'x', 'y', 'lock'), 'test')).rejects.toMatchObject({ code });
    disk.writable();
  });

  it.runIf(process.platform === 'linux')('ends where no directory can be made', async () => {
    await expect(makeDirectory('/proc/mission-control/agents')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(acquireLock('/proc/none/.config/tokens.json.lock', 'test')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
