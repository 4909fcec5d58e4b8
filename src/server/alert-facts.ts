import type { BackupView, Facts } from '../alerts/index.js';
import { type BackupService, isFailing } from '../backup/index.js';
import { type Clock, monotonicNow, type Settings } from '../base/index.js';
import type { Logger } from '../base/log.js';
import type { Bus } from '../bus/index.js';
import type { MetricsService } from '../metrics/index.js';
import { ageOf } from '../protocol/index.js';
import { backupFacts } from './backup-facts.js';
import type { Feed } from './feed.js';
import { watchRuntimeFacts } from './runtime-facts.js';
import type { RuntimeQuestions } from './runtimes.js';

export interface AlertFactsOptions {
  feed: Pick<Feed, 'watcher'>;
  metrics: Pick<MetricsService, 'endedLastHour' | 'setAside'>;
  backups: Pick<BackupService, 'listed' | 'records' | 'health'>;
  bus: Pick<Bus, 'subscribe'>;
  runtimes: RuntimeQuestions;
  settings: Pick<Settings, 'backupInterval' | 'noBackups' | 'watch'>;
  clock: Clock;
  log: Logger;
}

/** What the server knows beside state and samples, for the rules of alerts. */
export interface AlertFacts {
  /** From memory. */
  now(): Facts;
  /** Asks for what does not lie in memory: how backups stand. */
  refresh(): Promise<void>;
  stop(): void;
}

/** Others make and check backups too: commands, while the server runs. */
const REFRESH_MS = 30_000;
const SETTLED_MS = 250;

export function watchAlertFacts(options: AlertFactsOptions): AlertFacts {
  const { feed, metrics, backups, bus, settings, clock, log } = options;
  const runtimes = watchRuntimeFacts(options.runtimes, log);
  const began = monotonicNow();
  let view: (Omit<BackupView, 'ageSeconds'> & { heldAt: number | null }) | null = null;
  let running: Promise<void> | null = null;
  let soon: NodeJS.Timeout | undefined;

  const read = async (): Promise<void> => {
    const now = clock.now();
    // What keeps a list from being made is told by health; without it nothing is said of age and damage.
    const listed = (await backups.listed()?.catch(() => null)) ?? null;
    const { age, limit, scheduled } = await backupFacts({ listed: async () => listed ?? [] }, settings, now);
    const { stages } = await backups.records();
    const failureOf = (stage: 'create' | 'drill') => {
      const { last_failure: failure } = stages[stage];
      return isFailing(stages[stage])
        ? `the last ${stage === 'create' ? 'backup' : stage} failed at ${failure?.at}: ${failure?.message}`
        : null;
    };
    const health = backups.health();
    // What a stage has on record is reported by its own rule; what is left is a schedule that stands still, or a list that cannot be read.
    const isRecorded = Object.keys(stages).some((stage) => health.startsWith(`${stage} failed at `));
    view = {
      scheduled,
      listed: listed !== null,
      heldAt: age === null ? null : now - age * 1000,
      limitSeconds: limit,
      failure: failureOf('create') ?? (health === 'available' || isRecorded ? null : health),
      drillFailure: failureOf('drill'),
      damaged: (listed ?? []).filter(({ verify_error: error }) => error !== null),
    };
  };
  const refresh = (): Promise<void> => {
    running ??= read()
      .catch((error: unknown) => {
        // Not known any more: its alerts stay as they are.
        view = null;
        log.warn({ err: error }, 'how backups stand is not known');
      })
      .finally(() => {
        running = null;
      });
    return running;
  };
  const timer = setInterval(() => void refresh(), REFRESH_MS);
  timer.unref();
  const unsubscribe = bus.subscribe(({ event }) => {
    if (event.type !== 'backup_update' || event.data.state === 'progress') return;
    // What has ended is put on record after it was told.
    clearTimeout(soon);
    soon = setTimeout(() => void refresh(), SETTLED_MS);
    soon.unref();
  });

  return {
    now: () => {
      const { state, mode, reason } = feed.watcher.health();
      return {
        watcher: { state, mode, reason, wanted: settings.watch === 'poll' },
        backups: view && viewAt(view, clock.now()),
        runtimes: runtimes.now(),
        ended: metrics.endedLastHour(),
        setAside: metrics.setAside(),
        upMs: monotonicNow() - began,
      };
    },
    refresh,
    stop() {
      clearInterval(timer);
      clearTimeout(soon);
      runtimes.stop();
      unsubscribe();
    },
  };
}

/** Backups grow old although nothing happens. */
function viewAt(
  { heldAt, ...view }: Omit<BackupView, 'ageSeconds'> & { heldAt: number | null },
  now: number,
): BackupView {
  const age = heldAt === null ? null : ageOf(heldAt, now);
  return { ...view, ageSeconds: age === null ? null : age / 1000 };
}
