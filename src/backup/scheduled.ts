import { type Clock, type McError, toMcError } from '../base/index.js';
import type { BackupCreated, PruneReport } from '../protocol/index.js';
import type { Backups, BackupSettings } from './backups.js';
import type { OnUpdate } from './progress.js';
import { type Schedule, startSchedule } from './schedule.js';

/** The part of a log that the service uses. */
export interface BackupLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface ScheduledOptions {
  settings: Pick<BackupSettings, 'backupInterval'>;
  clock: Clock;
  log: BackupLog;
  random?: () => number;
}

/** What a scheduled run does, as the service tells it to everyone. */
export interface ScheduledWork {
  /** Makes a backup if anything changed. */
  create(): Promise<BackupCreated>;
  prune(): Promise<PruneReport>;
  /** It lacks something, or holds databases as raw bytes. */
  tellPartial(made: BackupCreated): void;
  /** Somebody else has held the lock for so long that the schedule has stood still. `since`: ISO 8601 UTC. */
  tellBlocked(error: McError, since: string): void;
}

/** So often a run must find the lock taken, one soon after the other, before that is more than bad luck. */
const BUSY_RUNS = 3;

/** One run of the schedule: a backup if anything changed, then the retention. */
export function startScheduled(options: ScheduledOptions, backups: Backups, work: ScheduledWork): Schedule {
  const { settings, clock, log } = options;
  const prune = async () => {
    const pruned = await work.prune();
    if (pruned.deleted.length > 0) log.info({ deleted: pruned.deleted }, 'old backups deleted');
  };
  const began = clock.now();
  let busy = 0;
  /** Being busy is nobody's failure once. With no backup for two intervals the schedule is dead, and somebody must know. */
  const countBusy = async (error: McError) => {
    busy = error.code === 'busy' ? busy + 1 : 0;
    if (busy < BUSY_RUNS) return;
    const since = (await lastFullAt(backups)) ?? began;
    if (clock.now() - since > 2 * settings.backupInterval) work.tellBlocked(error, new Date(since).toISOString());
  };
  return startSchedule({
    intervalMs: settings.backupInterval,
    clock,
    random: options.random ?? Math.random,
    lastAt: () => lastFullAt(backups),
    run: async () => {
      try {
        const made = await work.create();
        if (made.partial || made.problems.some(({ kind }) => kind === 'database')) work.tellPartial(made);
        log.info(
          { id: made.id, bytes: made.size_bytes, partial: made.partial },
          'backup made, or the last one still holds',
        );
        await prune();
        busy = 0;
      } catch (error) {
        log.warn({ err: error }, 'the scheduled backup failed');
        await countBusy(toMcError(error));
        throw error;
      }
    },
  });
}

/**
 * Makes a backup if anything changed. On a full disk what the retention does not want goes first, and it is tried once
 * more: pruning only after a success would leave the disk full for ever. The newest verified one always stays.
 */
export async function createWithRoom(backups: Backups, onUpdate: OnUpdate): Promise<BackupCreated> {
  const create = () => backups.create({ onlyIfChanged: true }, onUpdate);
  try {
    return await create();
  } catch (error) {
    if (toMcError(error).code !== 'disk.full') throw error;
    // Should pruning fail as well, its stage says so; what is told here is that the disk is full.
    const pruned = await backups.prune().catch(() => null);
    if (!pruned || pruned.deleted.length === 0) throw error;
    return create();
  }
}

/** When what the newest full backup of our own holds was last known to be all there is. */
async function lastFullAt(backups: Backups): Promise<number | null> {
  const full = (await backups.list()).filter((backup) => backup.backup_type === 'full' && backup.origin === 'own');
  const times = full.map((backup) => Date.parse(backup.holds_at ?? backup.timestamp));
  return times.length === 0 ? null : Math.max(...times);
}
