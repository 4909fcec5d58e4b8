import { type Clock, deletionHeld, type McError, toMcError, watchClock } from '../base/index.js';
import { type BackupCreated, lastBackupAt, type PruneReport } from '../protocol/index.js';
import type { Backups, BackupSettings } from './backups.js';
import type { OnUpdate } from './progress.js';
import { isHeld, newestKnown, type PruneOptions } from './operations/retire.js';
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

/** What a scheduled run does, as the service publishes it. */
export interface ScheduledWork {
  /** Makes a backup if anything changed. */
  create(): Promise<BackupCreated>;
  prune(options: PruneOptions): Promise<PruneReport>;
  /** The backup lacks something, or holds databases as raw bytes. */
  tellPartial(made: BackupCreated): void;
  /** Another process has held the lock for so long that the schedule has stood still. `since`: ISO 8601 UTC. */
  tellBlocked(error: McError, since: string): void;
}

/**
 * Holds deletions by age back while the clock is not to be believed (`deletionHeld`): one boot with a wrong clock must not
 * age every backup at once. Made when the process begins, because what was the newest backup then is what it judges by.
 */
export function holdDeletions(clock: Clock, monotonic: () => number): NonNullable<PruneOptions['held']> {
  const began = clock.now();
  const watch = watchClock({ now: () => clock.now(), monotonic });
  return (backups) => {
    const before = backups.filter(({ timestamp }) => Date.parse(timestamp) < began);
    const facts = { upMs: watch.upMs(), jumpMs: watch.jumpMs() };
    return deletionHeld({ now: clock.now(), newestBefore: newestKnown(before, began), ...facts });
  };
}

/** So often a run must find the lock taken, one soon after the other, before that is more than bad luck. */
const BUSY_RUNS = 3;

/** One run of the schedule: a backup if anything changed, then the retention. */
export function startScheduled(
  options: ScheduledOptions,
  backups: Backups,
  work: ScheduledWork,
  held: NonNullable<PruneOptions['held']>,
): Schedule {
  const { settings, clock, log } = options;
  const prune = async () => {
    const pruned = await work.prune({ held });
    if (pruned.deleted.length > 0) log.info({ deleted: pruned.deleted }, 'old backups deleted');
    const reason = pruned.decisions.find(isHeld)?.reason;
    if (reason !== undefined) log.warn({ reason }, 'old backups are not deleted now');
  };
  const began = clock.now();
  let busy = 0;
  /** Being busy is nobody's failure once. With no backup for two intervals the schedule is dead, and somebody must know. */
  const countBusy = async (error: McError) => {
    busy = error.code === 'busy' ? busy + 1 : 0;
    if (busy < BUSY_RUNS) return;
    const since = (await lastOwnAt(backups, clock.now())) ?? began;
    if (clock.now() - since > 2 * settings.backupInterval) work.tellBlocked(error, new Date(since).toISOString());
  };
  return startSchedule({
    intervalMs: settings.backupInterval,
    clock,
    random: options.random ?? Math.random,
    lastAt: () => lastOwnAt(backups, clock.now()),
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
 * more: pruning only after a success would leave the disk full for ever. The newest verified one always stays. `room`: how
 * it is pruned then.
 */
export async function createWithRoom(
  backups: Backups,
  room: () => PruneOptions,
  onUpdate: OnUpdate,
): Promise<BackupCreated> {
  const create = () => backups.create({ onlyIfChanged: true }, onUpdate);
  try {
    return await create();
  } catch (error) {
    if (toMcError(error).code !== 'disk.full') throw error;
    // Should pruning fail as well, its stage says so; what is reported here is that the disk is full.
    const pruned = await backups.prune(room()).catch(() => null);
    if (!pruned || pruned.deleted.length === 0) throw error;
    return create();
  }
}

/** When what the newest full backup of our own holds was last known to be all there is (`lastBackupAt`). */
async function lastOwnAt(backups: Backups, now: number): Promise<number | null> {
  const own = (await backups.list()).filter(({ origin }) => origin === 'own');
  return lastBackupAt(own, now);
}
