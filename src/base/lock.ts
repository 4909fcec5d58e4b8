import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { makeDirectory } from './atomic.js';
import { errnoOf, McError } from './errors.js';
import {
  identity,
  isAlive,
  isSameHolding,
  type KeptHolder,
  lapsesIn,
  type LockHolder,
  readLock,
  RENEW_MS,
} from './lock-holder.js';
import { calledBy } from './refusals.js';

export { identityOf, isAlive, isHolder, isSameProcess, type LockHolder, readLock } from './lock-holder.js';

export interface Lock {
  holder: LockHolder;
  /** Writes new details into the lock file. */
  update(details: Record<string, unknown>): Promise<void>;
  /**
   * Writes the lock anew, so that others see that its holder lives, also after another process removed or spoiled the file: true. False
   * when another living holder has it by now. Happens by itself every ten seconds.
   */
  renew(): Promise<boolean>;
  /** Removes the lock file if it is still ours. */
  release(): Promise<void>;
}

/**
 * Takes the lock or says who has it. The file appears under its name complete (it is linked there), so nobody reads half
 * a lock; a dead holder's lock is taken over, and so is whatever else lies there. `onLost` is called once when another holder
 * has it although this one lives.
 * @throws McError `busy` naming the living holder; `io` when its directory cannot be made
 */
export async function acquireLock(
  path: string,
  purpose: string,
  now: number = Date.now(),
  onLost: (holder: LockHolder | null) => void = () => {},
): Promise<Lock> {
  const directory = dirname(path);
  await makeDirectory(directory).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST' && errnoOf(error) !== 'ENOTDIR') throw calledBy(directory, error);
    throw new McError('io', `no directory ${directory}: something else is in its place`, {
      hint: `look at it with ls -ld ${directory}, and move away what is in its place`,
      cause: error,
    });
  });
  const id = randomBytes(8).toString('hex');
  const since = new Date(now).toISOString();
  const holder: LockHolder = { ...(await identity()), since, purpose, id, details: {} };
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { taken, fileNow } = await linkNew(path, holder);
    if (taken) return lockOf(path, holder, onLost);
    const other = await readLock(path);
    if (other && (await isAlive(other, fileNow))) throw busy(path, other, fileNow);
    await removeDead(path, other);
  }
  throw new McError('busy', `${purpose}: could not take the lock, because other processes keep taking it`, {
    hint: 'try again in a moment',
  });
}

function lockOf(path: string, holder: LockHolder, onLost: (holder: LockHolder | null) => void): Lock {
  let released = false;
  let lost = false;
  // One at a time: what a renewal began must not come after a release.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };
  const mine = async () => isSameHolding(await readLock(path), holder);
  const replace = async () => {
    const aside = asidePath(path);
    await writeFile(aside, JSON.stringify(holder), { flag: 'wx', mode: 0o644 });
    await rename(aside, path).catch(async (error: unknown) => {
      await rm(aside, { force: true });
      throw error;
    });
  };
  const renew = async (): Promise<boolean> => {
    if (released) return true;
    const other = await readLock(path);
    if (isSameHolding(other, holder)) return (await touch(path, holder), true);
    if (other && (await isAlive(other))) return false;
    await removeDead(path, other);
    return (await linkNew(path, holder)).taken;
  };
  const timer = setInterval(() => {
    // A disk that refuses it now may take it the next time.
    const renewed = inTurn(renew).catch(() => true);
    void renewed.then(async (isOurs) => {
      if (!isOurs && !lost) onLost(await readLock(path));
      lost = !isOurs;
    });
  }, RENEW_MS);
  timer.unref();
  return {
    holder,
    update: (details) =>
      inTurn(async () => {
        holder.details = { ...holder.details, ...details };
        if (await mine()) await replace();
      }),
    renew: () => inTurn(renew),
    async release() {
      clearInterval(timer);
      released = true;
      await inTurn(async () => {
        if (await mine()) await rm(path, { force: true });
      });
    },
  };
}

/** Writes the same bytes again: the file system's own clock tells when, so that clocks of two machines need not agree. */
async function touch(path: string, holder: LockHolder): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    // Whatever lies there by now is only written to when it is the very same lock.
    const bytes = Buffer.from(JSON.stringify(holder));
    const found = Buffer.alloc(bytes.length);
    await handle.read(found, 0, bytes.length, 0);
    if (found.equals(bytes)) await handle.write(bytes, 0, bytes.length, 0);
  } finally {
    await handle?.close();
  }
}

/** `fileNow`: what the file system's clock said, in milliseconds. */
async function linkNew(path: string, holder: LockHolder): Promise<{ taken: boolean; fileNow: number }> {
  const aside = asidePath(path);
  let fileNow = Date.now();
  try {
    // On a full disk the name is made before the bytes are refused.
    await writeFile(aside, JSON.stringify(holder), { flag: 'wx', mode: 0o644 });
    fileNow = (await stat(aside)).mtimeMs;
    await link(aside, path);
    return { taken: true, fileNow };
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return { taken: false, fileNow };
    throw calledBy(path, error);
  } finally {
    await rm(aside, { force: true });
  }
}

function asidePath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.mc-tmp`);
}

/**
 * Moves a dead lock away. Should another process have put a living one there since we looked, it is put back. A directory that
 * lies there may hold something: it is kept, under another name.
 */
async function removeDead(path: string, dead: KeptHolder | null): Promise<void> {
  const own: Stats | null = await lstat(path).catch(() => null);
  if (own?.isDirectory()) return rename(path, `${path}.aside-${randomBytes(4).toString('hex')}`);
  const aside = asidePath(path);
  try {
    await rename(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = await readLock(aside);
  const isOther = moved !== null && !isSameHolding(moved, dead);
  if (isOther) await link(aside, path).catch(() => {});
  await rm(aside, { force: true, recursive: true });
}

function busy(path: string, holder: KeptHolder, now: number): McError {
  const isHere = holder.host === hostname();
  const where = isHere ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`;
  const lapses = lapsesIn(holder, now);
  const elsewhere =
    lapses === null
      ? `if ${holder.host} no longer runs it, remove ${path}`
      : `if ${holder.host} no longer runs it, try again in ${Math.ceil(Math.max(0, lapses) / 1000)} s: its lock then lapses`;
  const message = `${holder.purpose} is already running here: ${where}, since ${holder.since}`;
  // A server is at work for another client: the hint must not be to kill it.
  if (isHere && holder.pid === process.pid) return new McError('busy', message, { hint: 'wait until it has ended' });
  // A lock in a workspace may name any process: mc stop makes sure that it is a server.
  const end = holder.purpose === 'mc serve' ? 'mc stop' : `kill ${holder.pid}`;
  const here = `wait until it has ended, or stop it first (${end}), or use another workspace`;
  return new McError('busy', message, { hint: isHere ? here : elsewhere });
}
