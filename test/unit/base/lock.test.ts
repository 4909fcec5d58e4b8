import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { acquireLock, identityOf, isAlive, type LockHolder, readLock } from '../../../src/base/index.js';
import { scratch } from '../../support/scratch.js';

const path = () => join(scratch(), 'pids', 'server.lock');

function plant(file: string, change: Partial<LockHolder>, holder: LockHolder): void {
  writeFileSync(file, JSON.stringify({ ...holder, ...change }));
}

describe('acquireLock', () => {
  it('never tells anybody to kill the server that answers', async () => {
    const file = path();
    const lock = await acquireLock(file, 'backup create');
    await expect(acquireLock(file, 'backup create')).rejects.toMatchObject({ hint: 'wait until it has ended' });
    await lock.release();
  });

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

  it('respects a holder on another host that is not known to renew its lock, and says how to remove it', async () => {
    const file = path();
    const { renewMs: _renewMs, ...holder } = (await acquireLock(file, 'mc serve')).holder;
    plant(file, { host: 'elsewhere', pid: 1 }, holder);
    expect(await isAlive({ ...holder, host: 'elsewhere' })).toBe(true);
    await expect(acquireLock(file, 'mc serve')).rejects.toMatchObject({
      code: 'busy',
      hint: expect.stringContaining(`remove ${file}`),
    });
  });

  it('respects a holder on another host, or in another container, as long as it renews its lock', async () => {
    const file = path();
    const { holder } = await acquireLock(file, 'mc serve');
    for (const change of [{ host: 'elsewhere' }, { space: 'pid:[1]' }]) {
      plant(file, { ...change, pid: 1, started: '1' }, holder);
      await expect(acquireLock(file, 'mc serve')).rejects.toMatchObject({ code: 'busy' });
      const old = Date.now() / 1000 - 61;
      utimesSync(file, old, old);
      await (await acquireLock(file, 'mc serve')).release();
    }
  });

  it('is written anew after somebody removed or spoiled it, and touched while it is whole', async () => {
    const file = path();
    const lock = await acquireLock(file, 'mc serve');
    utimesSync(file, 1, 1);
    expect(await lock.renew()).toBe(true);
    expect(statSync(file).mtimeMs).toBeGreaterThan(1e12);
    rmSync(file);
    expect(await lock.renew()).toBe(true);
    writeFileSync(file, '{"half');
    expect(await lock.renew()).toBe(true);
    expect(await readLock(file)).toMatchObject({ pid: process.pid });
    plant(file, { since: 'later' }, lock.holder);
    expect(await lock.renew()).toBe(false);
    await lock.release();
    expect(existsSync(file)).toBe(true);
  });

  const odd: Record<string, (file: string) => void> = {
    FIFO: (file) => execFileSync('mkfifo', [file]),
    'link to a device': (file) => symlinkSync('/dev/zero', file),
    'huge file': (file) => (writeFileSync(file, ''), truncateSync(file, 5e9)),
    'lock of nonsense': (file) => writeFileSync(file, '{"pid":-1,"host":1,"since":null}'),
    directory: (file) => mkdirSync(join(file, 'kept'), { recursive: true }),
  };
  for (const [what, make] of Object.entries(odd)) {
    it(`does not wait for a ${what} in its place, and takes over`, async () => {
      const file = path();
      await (await acquireLock(file, 'mc serve')).release();
      make(file);
      expect(await readLock(file)).toBeNull();
      const lock = await acquireLock(file, 'mc serve');
      expect(await readLock(file)).toMatchObject({ pid: process.pid });
      await lock.release();
      const kept = readdirSync(dirname(file));
      expect(kept).toHaveLength(what === 'directory' ? 1 : 0);
    });
  }

  it('says what is in the way of its directory', async () => {
    const file = path();
    writeFileSync(dirname(file), '');
    await expect(acquireLock(file, 'mc serve')).rejects.toMatchObject({
      code: 'io',
      message: `no directory ${dirname(file)}: something else is in its place`,
    });
  });

  it('is not another holder’s of the same process that took it in the same millisecond', async () => {
    const file = path();
    const first = await acquireLock(file, 'mc serve', 1);
    rmSync(file);
    const second = await acquireLock(file, 'mc serve', 1);
    expect(await first.renew()).toBe(false);
    await first.release();
    expect(await readLock(file)).toMatchObject({ id: second.holder.id });
    await second.release();
    expect(existsSync(file)).toBe(false);
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

it.skipIf(!existsSync('/proc/self/stat'))(
  'a process that has ended and that nobody waited for does not live',
  async () => {
    const parent = spawn('sh', ['-c', 'sleep 100 & echo $!; exec sleep 100'], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void parent.kill());
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    // A shell would wait for it.
    await expect.poll(() => readFileSync(`/proc/${parent.pid}/cmdline`, 'utf8')).toMatch(/^sleep/);
    process.kill(pid);
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) Z /);
    const holder = { ...(await identityOf(pid)), since: '', purpose: 'mc serve', details: {} };
    expect(await isAlive(holder)).toBe(false);
    const living = { ...holder, ...(await identityOf(parent.pid ?? 0)) };
    expect(await isAlive(living)).toBe(true);
    expect(await isAlive({ ...living, started: '1' })).toBe(false);
    expect(await isAlive({ ...living, boot: 'another' })).toBe(false);
  },
);
