import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularSync, wasRead } from '../../base/index.js';
import { fieldOf, numberFrom } from '../../protocol/index.js';
import type { Live } from '../../protocol/index.js';
import type { Processes } from '../processes.js';
import { isoTimeOf, textOf } from '../values.js';
import type { Boot } from './global.js';
import { isoFrom } from './values.js';

/** The gateway, when it runs. */
export interface Gateway {
  pid: number;
  /** Its start, as approvals name it; null: the database does not know it. */
  boot: string | null;
  live: Live;
}

const LOCK_BYTES = 64 * 1024;

/**
 * Whether the gateway runs: its lock names a process that lives, or the database has a start without an end whose process lives.
 * @param lock what its lock says (`readLock`)
 * @param file of the global database, for the evidence
 */
export function gatewayOf(
  lock: Lock | null,
  boots: readonly Boot[],
  processes: Processes,
  file: string,
): Gateway | null {
  if (lock !== null && isAlive(lock.pid, lock.start, processes)) {
    const boot = boots.find(({ pid }) => pid === lock.pid) ?? null;
    const since = lock.created ?? isoFrom(boot?.started ?? null);
    const evidence = { source: 'process', file: 'gateway lock', field: 'pid', value: `${lock.pid}` } as const;
    return { pid: lock.pid, boot: boot?.id ?? null, live: working(since, evidence) };
  }
  const boot = boots.find(({ pid }) => isAlive(pid, null, processes) && processes.startOf(pid) !== undefined);
  if (boot === undefined) return null;
  const evidence = { source: 'database', file, field: 'gateway_boot_lifecycle.pid', value: `${boot.pid}` } as const;
  return { pid: boot.pid, boot: boot.id, live: working(isoFrom(boot.started), evidence) };
}

/** What the lock of a gateway says. */
export interface Lock {
  pid: number;
  /** When its process began, in the words of the system; null: it does not say. */
  start: string | null;
  created: string | null;
}

/**
 * The lock of the gateway that has this config, in the temporary directory: in a folder of this user's own, so that nobody else can
 * say that it runs.
 */
export function readLock(temporary: string, folders: readonly string[], configPath: string): Lock | null {
  const name = `gateway.${createHash('sha256').update(configPath).digest('hex').slice(0, 8)}.lock`;
  for (const folder of folders) {
    const file = readRegularSync(join(temporary, folder, name), { limit: LOCK_BYTES });
    if (!wasRead(file) || file.stats.uid !== (process.getuid?.() ?? file.stats.uid)) continue;
    try {
      const lock: unknown = JSON.parse(file.bytes.toString('utf8'));
      const pid = numberFrom(fieldOf(lock, 'pid'));
      if (pid === null) continue;
      const start = fieldOf(lock, 'startTime');
      return {
        pid,
        start: typeof start === 'number' ? `${start}` : textOf(start, 40),
        created: isoTimeOf(fieldOf(lock, 'createdAt')),
      };
    } catch {
      // Half written: the next look finds it whole.
    }
  }
  return null;
}

/** Folders of the temporary directory in which gateways keep their locks: this user's own first, that may come yet. */
export function lockFolders(temporary: string): string[] {
  const own = `openclaw-${process.getuid?.() ?? ''}`;
  try {
    return [own, ...readdirSync(temporary).filter((name) => name !== own && /^openclaw(-\d+)?$/.test(name))];
  } catch {
    return [own];
  }
}

/** A start that cannot be known here speaks for no one: the lock is believed. */
function isAlive(pid: number, start: string | null, processes: Processes): boolean {
  const found = processes.startOf(pid);
  return found !== null && (start === null || found === undefined || found === start);
}

function working(since: string | null, evidence: Live['evidence']): Live {
  return { status: 'working', reason: 'gateway', detail: null, since, evidence };
}
