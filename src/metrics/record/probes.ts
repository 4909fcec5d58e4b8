import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { BackupFacts } from './health.js';

/** What others know and the collection asks for. */
export interface Probes {
  /** Connected WebSocket clients. */
  wsClients(): number;
  /** False when nobody watches the files. Without it: true. */
  watcherAlive?(): boolean;
  /** Without it: no backups, and no schedule. */
  backup?(): Promise<BackupFacts>;
}

/** Backups when nobody makes any. */
export const NO_BACKUPS: BackupFacts = { age: null, limit: 12 * 3600, scheduled: false };

/** Figures of this process and its disk. null: could not be measured. */
export interface MachineFacts {
  /** Milliseconds. */
  event_loop_delay_p99: number | null;
  rss: number;
  db_bytes: number | null;
  disk_free_bytes: number | null;
}

/** Measures this process and the place where the database lies. */
export interface MachineProbe {
  /** The event loop's delay is that since the last call. */
  measure(): Promise<MachineFacts>;
  stop(): void;
}

/** Seldom enough that an idle server stays idle: each look wakes the process. */
const RESOLUTION_MS = 50;

/**
 * The event loop's delay in milliseconds. Node's histogram holds the nanoseconds from one look to the next, that is the
 * resolution and the delay together.
 */
export function loopDelay(betweenLooks: number): number {
  return Math.max(0, betweenLooks / 1e6 - RESOLUTION_MS);
}

export function createMachineProbe(database: string): MachineProbe {
  const delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    async measure() {
      const p99 = delay.count > 0 ? loopDelay(delay.percentile(99)) : null;
      delay.reset();
      const [db, wal, disk] = await Promise.all([
        sizeOf(database),
        sizeOf(`${database}-wal`),
        statfs(dirname(database)).catch(() => null),
      ]);
      return {
        event_loop_delay_p99: p99,
        rss: process.memoryUsage.rss(),
        db_bytes: db === null ? null : db + (wal ?? 0),
        disk_free_bytes: disk ? disk.bavail * disk.bsize : null,
      };
    },
    stop: () => {
      delay.disable();
    },
  };
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  );
}
