import { objectOf, textOf, timeOf } from '../values.js';

/** What Claude Code records of a process of its own, in `sessions/<pid>.json`. Times in milliseconds since the epoch. */
export interface ProcessRecord {
  pid: number;
  session: string;
  cwd: string | null;
  started_at: number | null;
  /** In the words of `Processes.startOf`; null: older versions do not say. */
  start: string | null;
  version: string | null;
  /** `busy`, `idle`, `waiting`, `shell`; null: hosts and old versions say none. */
  status: string | null;
  waiting_for: string | null;
  status_at: number | null;
}

/**
 * The record in a file of a root's `sessions`; null when it is none: half written, of another generation, or of another process than
 * the file's name says. The rest of what it holds (sockets, names) is not taken.
 * @param path `sessions/<pid>.json`
 */
export function recordOf(path: string, value: unknown): ProcessRecord | null {
  const record = objectOf(value);
  const session = textOf(record?.sessionId);
  const pid = record?.pid;
  if (record === null || session === null || typeof pid !== 'number' || path !== `sessions/${pid}.json`) return null;
  const start = record.procStart;
  return {
    pid,
    session,
    cwd: textOf(record.cwd, 4096),
    started_at: timeOf(record.startedAt),
    start: typeof start === 'number' ? String(start) : textOf(start, 64),
    version: textOf(record.version, 64),
    status: textOf(record.status, 32),
    waiting_for: textOf(record.waitingFor, 64),
    status_at: timeOf(record.statusUpdatedAt) ?? timeOf(record.updatedAt),
  };
}
