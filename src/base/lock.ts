import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { asideName } from './aside.js';
import { makeDirectory } from './atomic.js';
import { errnoOf, McError } from './errors.js';
import { calledBy } from './refusals.js';

/** Who holds a lock. `boot` and `started` tell a living holder from another process that got the same pid later. */
export interface LockHolder {
  pid: number;
  host: string;
  /** The kernel's boot id, or null where there is none. */
  boot: string | null;
  /** The process's start time in clock ticks since boot as the kernel tells it, or null. */
  started: string | null;
  /** ISO 8601 UTC. */
  since: string;
  /** What the holder does: `serve`, `backup create` … */
  purpose: string;
  /** Whatever else the holder wants to be found by, such as its URLs. */
  details: Record<string, unknown>;
}

export interface Lock {
  holder: LockHolder;
  /** Writes new details into the lock file. */
  update(details: Record<string, unknown>): Promise<void>;
  /** Removes the lock file if it is still ours. */
  release(): Promise<void>;
}

/**
 * Takes the lock or says who has it. The file appears under its name complete (it is linked there), so nobody reads half
 * a lock; a dead holder's lock is taken over.
 * @throws McError `busy` naming the living holder
 */
export async function acquireLock(path: string, purpose: string, now: number = Date.now()): Promise<Lock> {
  await makeDirectory(dirname(path));
  const holder: LockHolder = { ...(await identity()), since: new Date(now).toISOString(), purpose, details: {} };
  for (let attempt = 0; attempt < 20; attempt += 1) {
    if (await linkNew(path, holder)) return lockOf(path, holder);
    const other = await readLock(path);
    if (other && (await isAlive(other))) throw busy(path, other);
    await removeDead(path, other);
  }
  throw new McError('busy', `${purpose}: the lock is being fought over`, { hint: 'try again in a moment' });
}

/** Who holds the lock, dead or alive; null when nobody does or the file is no lock. */
export async function readLock(path: string): Promise<LockHolder | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isHolder(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether the holder's process still lives. A holder on another host is taken to live: nobody can tell from here. */
export async function isAlive(holder: LockHolder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  const boot = await bootId();
  if (holder.boot !== null && boot !== null && holder.boot !== boot) return false;
  if (!processExists(holder.pid)) return false;
  const started = await startTime(holder.pid);
  return holder.started === null || started === null || holder.started === started;
}

function lockOf(path: string, holder: LockHolder): Lock {
  const mine = async () => {
    const current = await readLock(path);
    return current?.pid === holder.pid && current.since === holder.since;
  };
  return {
    holder,
    async update(details) {
      holder.details = { ...holder.details, ...details };
      if (!(await mine())) return;
      const aside = asidePath(path);
      try {
        await writeFile(aside, JSON.stringify(holder), { flag: 'wx', mode: 0o644 });
        await rename(aside, path);
      } finally {
        await rm(aside, { force: true });
      }
    },
    async release() {
      if (await mine()) await rm(path, { force: true });
    },
  };
}

async function linkNew(path: string, holder: LockHolder): Promise<boolean> {
  const aside = asidePath(path);
  try {
    await writeFile(aside, JSON.stringify(holder), { flag: 'wx', mode: 0o644 });
    await link(aside, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw calledBy(path, error);
  } finally {
    // Also what a full disk took only a part of.
    await rm(aside, { force: true });
  }
}

function asidePath(path: string): string {
  return join(dirname(path), asideName(basename(path)));
}

/** Moves a dead lock away. Should somebody else have put a living one there since we looked, it is put back. */
async function removeDead(path: string, dead: LockHolder | null): Promise<void> {
  const aside = asidePath(path);
  try {
    await rename(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = await readLock(aside);
  const isOther = moved !== null && (moved.pid !== dead?.pid || moved.since !== dead.since);
  if (isOther) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

function busy(path: string, holder: LockHolder): McError {
  const where = holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`;
  return new McError('busy', `${holder.purpose} is already running here: ${where}, since ${holder.since}`, {
    hint:
      holder.host === hostname()
        ? `stop it first (kill ${holder.pid}), or use another workspace`
        : `if ${holder.host} no longer runs it, remove ${path}`,
  });
}

async function identity(): Promise<Pick<LockHolder, 'pid' | 'host' | 'boot' | 'started'>> {
  return { pid: process.pid, host: hostname(), boot: await bootId(), started: await startTime(process.pid) };
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return errnoOf(error) === 'EPERM';
  }
}

async function bootId(): Promise<string | null> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null);
  return text?.trim() ?? null;
}

/** Field 22 of /proc/PID/stat (proc(5)); the name in field 2 may hold spaces and brackets, so count from its end. */
async function startTime(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function isHolder(value: unknown): value is LockHolder {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isInteger(value.pid) &&
    'host' in value &&
    'since' in value
  );
}
