import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  acquireLock,
  errnoOf,
  isAlive,
  kindOfFile,
  readLock,
  readRegular,
  wasRead,
  type WorkspaceLayout,
} from '../../base/index.js';
import { quote } from '../quote.js';
import { failed, type Looked, type Mend, some, passed } from './finding.js';

/** A number and a line end. */
const PID_BYTES = 64;
/** More than any workspace has; what an agent fills a directory with costs no more. */
const MOST_FILES = 1000;

/**
 * Locks whose holder has ended, or that are none. Whoever wants one takes it over, so that they stand in nobody's way;
 * what else reads them believes that somebody is at work.
 */
export async function locksFinding({ root, serverLock, backups }: WorkspaceLayout): Promise<Looked> {
  const paths = [serverLock, join(backups, '.backup.lock'), join(root, '.mc-restore.lock')];
  const stale = (await Promise.all(paths.map(staleLock))).flatMap((found) => found ?? []);
  if (stale.length === 0) return { finding: passed('locks', 'none is left over'), mends: [] };
  const mends = stale.map(({ path, why }): Mend => {
    // Taking it looks once more whether its holder lives, and moves a directory away instead of removing it.
    const run = async () => (await acquireLock(path, 'mc doctor')).release();
    return { name: 'locks', does: `removes the lock ${path}: ${why}`, run };
  });
  const message = some(stale.map(({ path, why }) => `${path} is left over: ${why}`));
  return { finding: failed('locks', message, `mc doctor --fix --workspace ${quote(root)}`), mends };
}

async function staleLock(path: string): Promise<{ path: string; why: string } | null> {
  const stats = await lstat(path).catch(() => null);
  if (stats === null) return null;
  const holder = await readLock(path);
  if (holder === null) return { path, why: stats.isFile() ? 'it is not a lock' : `it is ${kindOfFile(stats)}` };
  if (await isAlive(holder)) return null;
  return { path, why: `process ${holder.pid} on ${holder.host} (${holder.purpose}) has ended` };
}

/** Pid files, as the start script of old wrote them, whose process has ended. */
export async function pidFilesFinding({ root, pids }: WorkspaceLayout): Promise<Looked> {
  const names = (await readdir(pids).catch(() => [])).filter((name) => name.endsWith('.pid')).slice(0, MOST_FILES);
  const stale: { path: string; pid: number }[] = [];
  for (const name of names) {
    const path = join(pids, name);
    const pid = await endedPid(path);
    if (pid !== null) stale.push({ path, pid });
  }
  if (stale.length === 0) return { finding: passed('pid_files', 'none is left over'), mends: [] };
  const mends = stale.map(({ path, pid }): Mend => {
    const run = async () => {
      if ((await endedPid(path)) === pid) await rm(path, { force: true });
    };
    return { name: 'pid_files', does: `removes ${path}: process ${pid} has ended`, run };
  });
  const message = some(stale.map(({ path, pid }) => `${path} names process ${pid}, which has ended`));
  return { finding: failed('pid_files', message, `mc doctor --fix --workspace ${quote(root)}`), mends };
}

/** The process that a pid file names, when it has ended; null: it lives, or the file does not name one. */
async function endedPid(path: string): Promise<number | null> {
  const file = await readRegular(path, { limit: PID_BYTES });
  if (!wasRead(file)) return null;
  const text = file.bytes.toString('utf8').trim();
  // 0 and negative numbers mean groups of processes.
  if (!/^[1-9]\d{0,9}$/.test(text)) return null;
  try {
    process.kill(Number(text), 0);
    return null;
  } catch (error) {
    return errnoOf(error) === 'ESRCH' ? Number(text) : null;
  }
}

/** What a restore keeps until it is whole: one that was killed has left a mixture behind. */
export async function restoreFinding({ root, backups }: WorkspaceLayout): Promise<Looked> {
  const journal = join(backups, '.restore_journal.json');
  const there = await lstat(journal).catch(() => null);
  if (there === null) return { finding: passed('restore', 'none was interrupted'), mends: [] };
  const message = `a restore was interrupted or is at work: ${journal} is there`;
  return { finding: failed('restore', message, `mc backup recover --workspace ${quote(root)}`), mends: [] };
}
