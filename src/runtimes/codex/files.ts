import { posix } from 'node:path';

/** Where locks of threads lie: `<thread>.lock`. Relative to the root, as all here. */
export const LOCKS = 'thread-writer-locks';
/** Names of threads, a line each. */
export const NAMES = 'session_index.jsonl';

const LIVE = 'sessions/';
const ARCHIVE = 'archived_sessions/';
const ROLLOUT = /^rollout-.+\.jsonl(?:\.zst)?$/u;
/** `rollout-<local time>-<thread>`, and `_<rollout>` where a thread goes on in another file. */
const NAME =
  /^rollout-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-([0-9A-Za-z-]{1,128})(_[0-9A-Za-z-]+)?\.jsonl(?:\.zst)?$/u;

/** Whether a file is a rollout, in use or archived. `path`: with `/`. */
export function wantsFile(path: string): boolean {
  return (path.startsWith(LIVE) || path.startsWith(ARCHIVE)) && ROLLOUT.test(posix.basename(path));
}

/** Whether rollouts may lie below a directory. */
export function wantsDirectory(path: string): boolean {
  return `${path}/`.startsWith(LIVE) || `${path}/`.startsWith(ARCHIVE);
}

export function isArchived(path: string): boolean {
  return path.startsWith(ARCHIVE);
}

export function isPacked(path: string): boolean {
  return path.endsWith('.zst');
}

/** What copies of a rollout have in common: packed or not, archived or not. */
export function rolloutOf(path: string): string {
  return posix.basename(path, '.zst');
}

/** Of two copies of a rollout, the one with the smaller rank is read: plain before packed, in use before archived. */
export function rankOf(path: string): number {
  return (isPacked(path) ? 2 : 0) + (isArchived(path) ? 1 : 0);
}

/** What the name of a rollout says of it. */
export interface RolloutName {
  thread: string;
  /** It goes on where another file of its thread ended. */
  continues: boolean;
  /** Milliseconds since the epoch, by a clock whose zone is not known: good for an order, and no more. null: it says none. */
  at: number | null;
}

export function nameOf(path: string): RolloutName {
  const found = NAME.exec(posix.basename(path));
  if (found === null) return { thread: rolloutOf(path).replace(/\.jsonl$/u, ''), continues: false, at: null };
  const [, day, hours, minutes, seconds, thread = '', next] = found;
  const at = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return { thread, continues: next !== undefined, at: Number.isNaN(at) ? null : at };
}

/** Threads that have a lock file, by the names in {@link LOCKS}. */
export function lockedThreads(names: Iterable<string>): Set<string> {
  const threads = new Set<string>();
  for (const name of names)
    if (/^[0-9A-Za-z][0-9A-Za-z-]*\.lock$/u.test(name)) threads.add(name.slice(0, -'.lock'.length));
  return threads;
}
