import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock, isAlive, type LockHolder, readLock } from '../../../src/base/index.js';
import { scratch } from '../../support/scratch.js';

const path = () => join(scratch(), 'pids', 'server.lock');

function plant(file: string, change: Partial<LockHolder>, holder: LockHolder): void {
  writeFileSync(file, JSON.stringify({ ...holder, ...change }));
}

describe('acquireLock', () => {
  it('takes, tells, updates and releases, and leaves nothing beside it', async () => {
    const file = path();
    const lock = await acquireLock(file, 'mc serve');
    await lock.update({ http: 'http://127.0.0.1:1' });
    expect(await readLock(file)).toMatchObject({
      pid: process.pid,
      host: hostname(),
      details: { http: 'http://127.0.0.1:1' },
    });
    await lock.release();
    expect(existsSync(file)).toBe(false);
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  it('names a living holder', async () => {
    const file = path();
    const lock = await acquireLock(file, 'mc serve');
    await expect(acquireLock(file, 'mc serve')).rejects.toMatchObject({
      code: 'busy',
      exit: 6,
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await lock.release();
  });

  it('lets one of many in', async () => {
    const file = path();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(file, 'mc serve')));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('takes over from a dead process', async () => {
    const file = path();
    const { holder } = await acquireLock(file, 'mc serve');
    const child = spawn(process.execPath, ['-e', '0']);
    await once(child, 'exit');
    plant(file, { pid: child.pid ?? 0 }, holder);
    await expect(acquireLock(file, 'mc serve')).resolves.toBeDefined();
  });

  it('takes over when the pid now belongs to another process, or the machine has been started anew', async () => {
    const file = path();
    const { holder } = await acquireLock(file, 'mc serve');
    plant(file, { started: '1' }, holder);
    await (await acquireLock(file, 'mc serve')).release();
    plant(file, { boot: 'another boot' }, holder);
    await expect(acquireLock(file, 'mc serve')).resolves.toBeDefined();
  });

  it('takes over a file that is no lock', async () => {
    const file = path();
    await (await acquireLock(file, 'mc serve')).release();
    writeFileSync(file, '{"half');
    await expect(acquireLock(file, 'mc serve')).resolves.toBeDefined();
  });

  it('respects a holder on another host, and says how to remove it', async () => {
    const file = path();
    const { holder } = await acquireLock(file, 'mc serve');
    plant(file, { host: 'elsewhere', pid: 1 }, holder);
    expect(await isAlive({ ...holder, host: 'elsewhere' })).toBe(true);
    await expect(acquireLock(file, 'mc serve')).rejects.toMatchObject({
      code: 'busy',
      hint: expect.stringContaining(`remove ${file}`),
    });
  });

  it('does not release what has become somebody else’s', async () => {
    const file = path();
    const lock = await acquireLock(file, 'mc serve');
    plant(file, { pid: 1 }, lock.holder);
    await lock.update({ http: 'x' });
    await lock.release();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: 1, details: {} });
  });
});
