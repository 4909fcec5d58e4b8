import { announceHeld, announceResume, systemMetricDrafts } from './record/announcements.js';
import { createBacklog } from './record/backlog.js';
import { gather } from './record/collector.js';
import { type Conditions, isBlocked, isOpen, writingOf } from './condition.js';
import type { MetricsOptions } from './contract.js';
import type { Custody } from './custody.js';
import { isDamage, isHeld } from './store/database.js';
import type { Keeper } from './keeper.js';
import { createLatest, type LatestMetrics } from './record/latest.js';
import { NO_BACKUPS } from './record/probes.js';
import { isLate } from './record/timetable.js';
import type { Watching } from './watching.js';

/** Takes samples and writes them; what cannot be written just now waits. */
export interface Collecting {
  /** Samples everything, as of the time it was due. Never throws. */
  collectAt(due: number, watching: Watching): Promise<void>;
  /** Writes the collections that wait. Never throws. */
  write(watching: Watching): Promise<void>;
  /** Collections that wait. */
  waiting(): number;
  latest(): LatestMetrics;
}

export interface CollectingOptions
  extends Pick<MetricsOptions, 'clock' | 'log' | 'probes' | 'publish' | 'settings' | 'snapshot'> {
  monotonic: () => number;
  conditions: Conditions;
  custody: Custody;
  keeper: Keeper;
}

export function createCollecting(options: CollectingOptions): Collecting {
  const { clock, conditions, custody, keeper, log, monotonic, probes, snapshot } = options;
  const interval = options.settings.collectInterval;
  const latest = createLatest();
  const backlog = createBacklog();
  let countedSince: number | null = null;
  let lastDue: number | null = null;
  let deletionHeld = false;

  const isWell = () => writingOf(conditions.now()).is === 'running';

  const askBackup = async () => {
    try {
      return (await probes.backup?.()) ?? NO_BACKUPS;
    } catch (error) {
      log.warn({ err: error }, 'the age of the newest backup is not known');
      return NO_BACKUPS;
    }
  };

  const write = async ({ recorder }: Watching) => {
    try {
      await backlog.empty(({ collection, health }) => keeper.store().writeCollection(collection, interval, health));
      const dropped = backlog.takeDropped();
      if (dropped > 0) recorder.note('samples_dropped', clock.now(), { collections: dropped });
      custody.eased();
      const before = writingOf(conditions.now());
      conditions.happen({ it: 'written' });
      if (before.is === 'paused') custody.announce(announceResume(Math.round(monotonic() - before.at)));
    } catch (error) {
      // What another program holds up, or a damaged file did not take, is written later; the rest would fail again.
      if (!isHeld(error) && !isDamage(error)) backlog.clear();
      await custody.trouble(error);
    }
  };

  const maintain = async (t: number) => {
    await keeper.maintain(t).catch(custody.trouble);
    const reason = keeper.heldBecause();
    if (reason !== null && !deletionHeld) custody.announce(announceHeld(reason));
    deletionHeld = reason !== null;
  };

  return {
    write,
    waiting: () => backlog.size,
    latest: () => latest.rows(),
    async collectAt(due, watching) {
      const { recorder, ends, machine } = watching;
      watching.followClock();
      const lateMs = clock.now() - due;
      const late = isLate(lateMs, interval);
      // A clock that was set back has made the due time one of the future.
      const t = late || isLate(-lateMs, interval) ? clock.now() : due;
      const [measured, backup] = await Promise.all([machine.measure(), askBackup()]);
      const onTime = !late && isWell() && (lastDue === null || due - lastDue <= interval * 1.5);
      lastDue = due;
      conditions.happen({ it: 'collected', at: monotonic() });
      try {
        const { collection, health, failures } = gather(
          { snapshot, recorder, ends, probes },
          { t, onTime, countedSince, machine: measured, backup },
        );
        countedSince = t;
        if (late) recorder.note('collection_late', t, { late_ms: Math.round(lateMs) });
        for (const { agent, error } of failures) {
          recorder.note('collection_failed', t, { reason: String(error) }, agent);
        }
        latest.set(collection);
        options.publish(systemMetricDrafts(collection.system, t, clock.now()));
        backlog.add({ collection, health: { timestamp: new Date(t).toISOString(), ...health } });
        // What could not be written before goes first: while the disk is full one attempt is enough.
        if (recorder.flush() || isWell()) await write(watching);
        else if (!isBlocked(conditions.now())) backlog.clear();
      } catch (error) {
        await custody.trouble(error);
      }
      if (isOpen(conditions.now()) && !isBlocked(conditions.now())) await maintain(t);
    },
  };
}
