import { type Clock, type McError, monotonicNow, toMcError, type WorkspaceLayout } from '../base/index.js';
import {
  type Backup,
  type BackupCreated,
  type BackupProblem,
  type BackupUpdate,
  backupsAhead,
  type EventDraft,
  lastBackupAt,
  type NotificationLevel,
  type RecoveryReport,
  type RestoreReport,
} from '../protocol/index.js';
import { type Backups, type BackupSettings, openBackups } from './backups.js';
import { faultOf, faultsOf } from './operations/verify.js';
import { isFailure } from './operations/context.js';
import { isLoss } from './pack/archive.js';
import type { OnUpdate } from './progress.js';
import { isFailing } from './catalog/records.js';
import type { RestoreOptions } from './operations/restore.js';
import { type BackupLog, createWithRoom, holdDeletions, startScheduled } from './scheduled.js';
import type { TaskRunner } from './jobs/runner.js';

export interface BackupServiceOptions {
  layout: WorkspaceLayout;
  settings: BackupSettings;
  clock: Clock;
  log: BackupLog;
  /** Puts an event on its way to everyone. */
  publish: (draft: EventDraft) => void;
  /** A new id for a notification. */
  newId: () => string;
  random?: () => number;
  /** Milliseconds that only grow; tests bring their own. */
  monotonic?: () => number;
  runner?: TaskRunner;
  /** Lets go of the metrics database while its file is replaced. */
  aroundDatabase?: (swap: () => Promise<RestoreReport>) => Promise<RestoreReport>;
}

/** The backups of a running server: the same operations, sent to everyone, and a schedule. */
export interface BackupService extends Omit<Backups, 'stop' | 'recover'> {
  /** Every backup, as soon as the first list has been made; null until then, which thousands of archives take a while for. */
  listed(): Promise<Backup[]> | null;
  /** When the schedule makes the next backup, ISO 8601 UTC; null when it is off. */
  nextAt(): string | null;
  /** `available`, or what is wrong. From memory. */
  health(): string;
  stop(): Promise<void>;
}

/** Opens the backups, ends a restore that was killed, and starts the schedule unless it is switched off. */
export async function createBackupService(options: BackupServiceOptions): Promise<BackupService> {
  const { settings, clock, log, monotonic = monotonicNow } = options;
  const held = holdDeletions(clock, monotonic);
  const notify = (level: NotificationLevel, title: string, message: string, data: Record<string, unknown> = {}) =>
    options.publish({
      type: 'notification',
      at: clock.now(),
      data: { id: options.newId(), title, message, level, data },
    });
  const publish: OnUpdate = (update) => options.publish({ type: 'backup_update', at: clock.now(), data: update });
  const onRecovery = (report: RecoveryReport) => {
    log.warn(report, `an interrupted restore was ${report.outcome}`);
    notify(
      'warning',
      'Interrupted restore',
      `The restore of ${report.id} had been interrupted; it was ${report.outcome}.${report.reason === undefined ? '' : ` ${report.reason}`}`,
    );
  };
  const opened = await openBackups({ ...options, onRecovery });
  /** The backups as they were last listed: what health asks the clock about. */
  let latest: readonly Backup[] = [];
  /** What is wrong and stands in no record, by what failed: a full disk may have refused that too. */
  const unrecorded = new Map<string, string>();
  const list = async () => {
    try {
      latest = await opened.list();
      unrecorded.delete('list');
      return [...latest];
    } catch (thrown) {
      const { code, message } = toMcError(thrown);
      // Broken off by the stop.
      if (code !== 'interrupted') unrecorded.set('list', `the backups cannot be listed: ${message}`);
      throw thrown;
    }
  };
  const backups: Backups = { ...opened, list };
  // A server is needed most when something is wrong with its backups: it starts all the same, and says so.
  const unrecovered = await backups.recover().then(
    () => null,
    (thrown: unknown) => toMcError(thrown),
  );
  if (unrecovered && isFailure(unrecovered, 'recovery')) {
    log.warn({ err: unrecovered }, 'an interrupted restore could not be ended');
    notify('error', 'Interrupted restore', unrecovered.message, { hint: unrecovered.hint });
  }
  let known = false;
  let stopped = false;
  let state = unrecovered && isFailure(unrecovered, 'recovery') ? unrecovered.message : await stateOf(backups);

  /** Failures and damage are sent to everyone; being busy, misused or refused only to who asked. */
  const watched = async <T>(
    action: string,
    id: string,
    work: (onUpdate: OnUpdate) => Promise<T>,
    damageIn: (result: T) => string | null = () => null,
  ): Promise<T> => {
    const { onUpdate, current, isOpen } = thinned(publish, id);
    try {
      const result = await work(onUpdate);
      unrecorded.delete(action);
      if (action === 'create') unrecorded.delete('schedule');
      const damage = damageIn(result);
      if (damage !== null) notify('error', `Backup: ${action} found damage`, damage, { code: 'backup.corrupt' });
      return result;
    } catch (thrown) {
      const error = toMcError(thrown);
      const failed = isFailure(error, action);
      // Every start that was published is followed by an end, whatever it was.
      if (failed || isOpen()) {
        publish({ id: current(), state: 'failed', action, error: error.message, code: error.code });
      }
      if (failed) {
        notify('error', `Backup: ${action} failed`, error.message, { code: error.code, hint: error.hint });
      }
      if (failed && (await stateOf(backups)) === 'available') {
        unrecorded.set(action, `${action} failed: ${error.message}`);
      }
      throw error;
    } finally {
      state = await stateOf(backups);
      // A list that cannot be made is reported to who asks for it.
      if (known && !stopped) await list().catch(() => {});
    }
  };
  const create: Backups['create'] = (create = {}, onUpdate) =>
    watched('create', 'new', (progress) => backups.create(create, both(progress, onUpdate)));
  const prune: Backups['prune'] = (policy) => watched('prune', 'prune', () => backups.prune(policy));
  const restore = (id: string, restore: RestoreOptions = {}, onUpdate?: OnUpdate) => {
    const around = options.aroundDatabase ? { aroundDatabase: options.aroundDatabase } : {};
    const work = (progress: OnUpdate) => backups.restore(id, { ...around, ...restore }, both(progress, onUpdate));
    return watched('restore', id, restore.dryRun ? (progress) => compare(id, work, progress) : work);
  };
  /** A restore that only compares is published as work too: large archives take a while. */
  const compare = async (id: string, work: (progress: OnUpdate) => Promise<RestoreReport>, progress: OnUpdate) => {
    const about = { id: (await backups.get(id)).id, action: 'restore', dry_run: true };
    progress({ ...about, state: 'started' });
    const report = await work(progress);
    progress({ ...about, state: 'completed', duration_ms: report.duration_ms });
    return report;
  };
  const tellPartial = ({ id, problems }: BackupCreated) => {
    const lost = problems.filter(isLoss);
    const raw = problems.filter(({ kind }) => kind === 'database');
    if (lost.length > 0) {
      const message = `${id} lacks what could not be read: ${someOf(lost)}`;
      notify('warning', 'Backup: partial', message, { id, problems: lost.slice(0, 20) });
    }
    if (raw.length > 0) {
      const message = `${id} holds databases that were not found sound: ${someOf(raw)}`;
      notify('warning', 'Backup: databases', message, { id, problems: raw.slice(0, 20) });
    }
  };
  const tellBlocked = (error: McError, since: string) => {
    const message = `no scheduled backup since ${since}: ${error.message}`;
    const hint = `if no backup is running, delete ${LOCK}, then run mc backup create`;
    // Runs go on being tried, and each would say the same.
    if (!unrecorded.has('schedule')) {
      publish({ id: 'new', state: 'failed', action: 'create', error: message, code: error.code });
      notify('error', 'Scheduled backups are blocked', `${message}; ${hint}`, { code: error.code, hint });
    }
    unrecorded.set('schedule', `${message}; ${hint}`);
  };
  const onSchedule = () =>
    watched('create', 'new', (progress) => createWithRoom(backups, () => ({ held, asOf: clock.now() }), progress));
  const schedule = settings.noBackups
    ? null
    : startScheduled(options, backups, { create: onSchedule, prune, tellPartial, tellBlocked }, held);
  // With thousands of archives that nobody has read yet this takes a while: nobody waits for it but who asks for the list.
  const began = clock.now();
  const listing = backups.list().then(
    (found) => {
      known = true;
      const ms = clock.now() - began;
      if (ms > WORTH_TELLING_MS) log.info({ backups: found.length, ms }, 'the list of backups is known');
    },
    (error: unknown) => {
      known = true;
      const { code, message } = toMcError(error);
      // Broken off by the stop.
      if (code !== 'interrupted') log.warn({ reason: message }, 'the backups cannot be listed');
    },
  );
  return {
    ...backups,
    listed: () => (known ? backups.list() : null),
    create,
    snapshot: (onUpdate) => watched('snapshot', 'new', (progress) => backups.snapshot(both(progress, onUpdate))),
    restore,
    verify: (id, deep, onUpdate) =>
      watched('verify', id, (progress) => backups.verify(id, deep, both(progress, onUpdate)), faultOf),
    verifyAll: (deep, onUpdate) =>
      watched('verify', 'all', (progress) => backups.verifyAll(deep, both(progress, onUpdate)), faultsOf),
    drill: (id, onUpdate) =>
      watched('drill', id ?? 'latest', (progress) => backups.drill(id, both(progress, onUpdate)), faultOf),
    nextAt: () => isoOf(schedule?.nextAt() ?? null),
    prune,
    async remove(id) {
      const removed = await backups.remove(id);
      latest = latest.filter((backup) => backup.id !== removed.id);
      return removed;
    },
    health() {
      const fault = unrecorded.get('schedule') ?? (state === 'available' ? [...unrecorded.values()][0] : state);
      return fault ?? aheadFault(latest, clock.now()) ?? 'available';
    },
    async stop() {
      stopped = true;
      // A run under way is ended, not waited for: the next start cleans up after it.
      const ended = schedule?.stop();
      await backups.stop();
      // Nothing is written after the end.
      await Promise.all([ended, listing]);
    },
  };
}

/** Backups from ahead of the clock are of no known age; null: there are none. What mends it depends on the others. */
function aheadFault(backups: readonly Backup[], now: number): string | null {
  const ahead = backupsAhead(backups, now);
  const [first] = ahead;
  if (!first) return null;
  const mend = lastBackupAt(backups, now) === null ? 'mc backup create' : `mc backup delete ${first.id}`;
  return `${ahead.length} of ${backups.length} backups lie ahead of the clock, so that their age is not known: look at the date of this machine; if it is right: ${mend}`;
}

/** The first paths of problems, and how many more there are. */
function someOf(problems: readonly BackupProblem[]): string {
  const shown = problems.slice(0, 5).map(({ path }) => path);
  if (problems.length > shown.length) shown.push(`${problems.length - shown.length} more`);
  return shown.join(', ');
}

/** A list that was there at once is nothing to report to whoever starts the server. */
const WORTH_TELLING_MS = 1000;
/** Relative to the workspace. */
const LOCK = 'mission-control/backups/.backup.lock';

async function stateOf(backups: Backups): Promise<string> {
  const { stages } = await backups.records();
  const failing = Object.entries(stages).find(([, record]) => isFailing(record));
  return failing
    ? `${failing[0]} failed at ${failing[1].last_failure?.at}: ${failing[1].last_failure?.message}`
    : 'available';
}

/** Passes on a start, an end, and of the progress in between at most one update a second. */
function thinned(publish: OnUpdate, id: string): { onUpdate: OnUpdate; current: () => string; isOpen: () => boolean } {
  let last = 0;
  let current = id;
  let open = false;
  const onUpdate = (update: BackupUpdate) => {
    current = update.id;
    open = update.state === 'started' || update.state === 'progress';
    const now = performance.now();
    if (update.state === 'progress' && now - last < 1000) return;
    last = now;
    publish(update);
  };
  return { onUpdate, current: () => current, isOpen: () => open };
}

function both(first: OnUpdate, second: OnUpdate | undefined): OnUpdate {
  return (update) => {
    first(update);
    second?.(update);
  };
}

function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
