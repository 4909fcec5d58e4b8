import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { ageOf } from '../protocol/index.js';
import { errnoOf } from './errors.js';
import { type ReadFile, readRegular, wasRead } from './open-file.js';

/** Who holds a lock. `boot` and `started` tell a living holder from another process that got the same pid later. */
export interface LockHolder {
  pid: number;
  host: string;
  /** The kernel's boot id, or null where there is none. */
  boot: string | null;
  /** The process's start time in clock ticks since boot as the kernel has it, or null. */
  started: string | null;
  /** The pid namespace (a container has its own) in which `pid` counts, or null where there is none. */
  space?: string | null;
  /** How often the holder writes its lock anew while it lives, in milliseconds; absent: never. */
  renewMs?: number;
  /** ISO 8601 UTC. */
  since: string;
  /** What the holder does: `serve`, `backup create` … */
  purpose: string;
  /** Random: one process may take a lock twice in the same millisecond. Absent in locks of older versions. */
  id?: string;
  /** Whatever else the holder wants to be found by, such as its URLs. */
  details: Record<string, unknown>;
}

/** A holder as its lock file names it. */
export interface KeptHolder extends LockHolder {
  /** When the lock was last written, milliseconds since the epoch; absent for one that was not read from a file. */
  renewedAt?: number;
}

/** How often a lock is written anew, in milliseconds. */
export const RENEW_MS = 10_000;
/** A holder that has not written its lock anew for so many times in a row has ended. */
const MISSED = 6;
/** A lock is some hundred bytes. */
const LIMIT = 64 * 1024;

/** Who holds the lock, dead or alive; null when nobody does or the file is not a lock. Never waits, whatever lies there. */
export async function readLock(path: string): Promise<KeptHolder | null> {
  const file = await readRegular(path, { limit: LIMIT });
  return wasRead(file) ? holderIn(file) : null;
}

/** Who this process is as the holder of a lock. */
export async function identity(): Promise<Pick<LockHolder, 'pid' | 'host' | 'boot' | 'started' | 'space' | 'renewMs'>> {
  return { ...(await identityOf(process.pid)), renewMs: RENEW_MS };
}

/** What tells a process of this machine from another that gets its pid later. */
export async function identityOf(
  pid: number,
): Promise<Pick<LockHolder, 'pid' | 'host' | 'boot' | 'started' | 'space'>> {
  const [boot, kernel, space] = await Promise.all([bootId(), toldByKernel(pid), pidSpace()]);
  return { pid, host: hostname(), boot, started: kernel?.started ?? null, space };
}

/** Whether two holders are the same process. */
export function isSameProcess(one: LockHolder, other: LockHolder): boolean {
  return (['pid', 'host', 'boot', 'started'] as const).every((field) => one[field] === other[field]);
}

/**
 * Whether the holder still lives at `now` (milliseconds). One whose processes cannot be seen from here (another host, another
 * container) lives as long as it writes its lock anew; where it is not known to do so it is taken to live.
 */
export async function isAlive(holder: KeptHolder, now: number = Date.now()): Promise<boolean> {
  const isHere = holder.host === hostname();
  const boot = await bootId();
  if (isHere && holder.boot !== null && boot !== null && holder.boot !== boot) return false;
  if (!isHere || !(await isSeen(holder))) return !hasLapsed(holder, now);
  if (!processExists(holder.pid)) return false;
  const kernel = await toldByKernel(holder.pid);
  // Ended, and only waiting for a parent that may never look after it (in a container without an init, say).
  if (kernel?.ended === true) return false;
  return holder.started === null || kernel === null || holder.started === kernel.started;
}

/** Whether two are the same holding of a lock, not only of the same process. */
export function isSameHolding(one: LockHolder | null, other: LockHolder | null): boolean {
  return (
    one !== null && other !== null && (['pid', 'host', 'since', 'id'] as const).every((key) => one[key] === other[key])
  );
}

/** When a holder that cannot be seen from here counts as ended if it does not write its lock anew, in milliseconds from `now`; null: never. */
export function lapsesIn(holder: KeptHolder, now: number): number | null {
  const { renewMs, renewedAt } = holder;
  if (renewMs === undefined || renewedAt === undefined) return null;
  const age = ageOf(renewedAt, now);
  return age === null ? null : renewMs * MISSED - age;
}

function hasLapsed(holder: KeptHolder, now: number): boolean {
  return (lapsesIn(holder, now) ?? 0) < 0;
}

/** Whether the holder's pid counts where ours does. */
async function isSeen({ space }: LockHolder): Promise<boolean> {
  const ours = await pidSpace();
  return space === undefined || space === null || ours === null || space === ours;
}

function holderIn({ bytes, stats }: ReadFile): KeptHolder | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isHolder(value) ? { ...value, renewedAt: stats.mtimeMs } : null;
  } catch {
    return null;
  }
}

/** Whether something read from a file is a holder. */
export function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, boot, started, since, purpose, details, renewMs, id } = value as Record<string, unknown>;
  const isText = (field: unknown) => typeof field === 'string';
  return (
    Number.isInteger(pid) &&
    (pid as number) > 0 &&
    [host, since, purpose].every(isText) &&
    [boot, started].every((field) => field === null || isText(field)) &&
    (renewMs === undefined || (typeof renewMs === 'number' && renewMs > 0)) &&
    (id === undefined || isText(id)) &&
    typeof details === 'object' &&
    details !== null
  );
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to another user.
    return errnoOf(error) === 'EPERM';
  }
}

async function bootId(): Promise<string | null> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null);
  return text?.trim() ?? null;
}

function pidSpace(): Promise<string | null> {
  return readlink('/proc/self/ns/pid').catch(() => null);
}

/**
 * Fields 3 (its state) and 22 (its start) of /proc/PID/stat (proc(5)); the name in field 2 may hold spaces and brackets, so
 * count from its end. Null where there is no such file.
 */
async function toldByKernel(pid: number): Promise<{ started: string; ended: boolean } | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  const [state, ...fields] = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  const started = fields[18];
  return state === undefined || started === undefined ? null : { started, ended: state === 'Z' || state === 'X' };
}
