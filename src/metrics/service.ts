import { setTimeout as delay } from 'node:timers/promises';
import { McError, monotonicNow, watchClock } from '../base/index.js';
import { announceHeld, announceResume, systemMetricDrafts } from './record/announcements.js';
import { createBacklog } from './record/backlog.js';
import { gather } from './record/collector.js';
import { createCondition } from './condition.js';
import type { MetricsOptions, MetricsService, MetricsSettings } from './contract.js';
import { createCustody, unreadable } from './custody.js';
import { isDamage, isHeld, isUnusable } from './store/database.js';
import { createDesk } from './thread.js';
import { createFleetEnds, type FleetEnds } from './record/fleet-endings.js';
import { createKeeper } from './keeper.js';
import { createLatest } from './record/latest.js';
import { createMachineProbe, type MachineProbe, NO_BACKUPS } from './record/probes.js';
import { type ReadName, type Reads, readsLong, writeRead } from './query/reads.js';
import { createRecorder, type Recorder } from './record/recorder.js';
import type { Retention } from './store/retention.js';
import type { Store } from './store/store.js';
import { isLate, startTimetable, type Timetable } from './record/timetable.js';

/** How long a stop waits for a program that holds the database. */
const LAST_MS = 2000;
/** A clock that moved by more was set. */
const SET_MS = 2000;

export function createMetricsService(options: MetricsOptions): MetricsService {
  const { layout, snapshot, bus, clock, settings, log, probes, monotonic = monotonicNow } = options;
  const interval = settings.collectInterval;
  const desk = createDesk();
  const keeper = options.keeper ?? createKeeper(layout.database, retentionOf(settings), clock, desk, monotonic);
  const latest = createLatest();
  const backlog = createBacklog();
  const condition = createCondition(clock, monotonic, interval);
  const watched = watchClock({ now: () => clock.now(), monotonic });
  let clockMoved = 0;
  let recorder: Recorder | undefined;
  let ends: FleetEnds | undefined;
  let machine: MachineProbe | undefined;
  let timetable: Timetable | undefined;
  let unsubscribe: (() => void) | undefined;
  let countedSince: number | null = null;
  let lastDue: number | null = null;
  let deletionHeld = false;
  /** Somebody replaces the database's file: it must not be opened. */
  let lent = false;
  let stopped = false;

  const custody = createCustody({
    keeper,
    condition,
    clock,
    log,
    publish: options.publish,
    note: (type, at, data) => recorder?.note(type, at, data),
    tryAgain: () => tryAgain(),
  });
  const { announce, told, trouble } = custody;

  const tryAgain = async () => {
    if (lent || stopped) return;
    if (condition.away() !== null) await open();
    else if (recorder?.flush() === true) await write();
  };

  const askBackup = async () => {
    try {
      return (await probes.backup?.()) ?? NO_BACKUPS;
    } catch (error) {
      log.warn({ err: error }, 'the age of the newest backup is not known');
      return NO_BACKUPS;
    }
  };

  /** The clock may be set at any time: what lasts must not grow by that. */
  const followClock = () => {
    const moved = watched.jumpMs();
    if (Math.abs(moved - clockMoved) < SET_MS) return;
    recorder?.shift(moved - clockMoved);
    clockMoved = moved;
  };

  const collectAt = async (due: number): Promise<void> => {
    if (condition.away() !== null || !recorder || !ends || !machine) return;
    followClock();
    const lateMs = clock.now() - due;
    const late = isLate(lateMs, interval);
    // A clock that was set back has made the due time one of the future.
    const t = late || isLate(-lateMs, interval) ? clock.now() : due;
    const [measured, backup] = await Promise.all([machine.measure(), askBackup()]);
    const onTime = !late && condition.isWell() && (lastDue === null || due - lastDue <= interval * 1.5);
    lastDue = due;
    condition.ran();
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
      if (recorder.flush() || condition.isWell()) await write();
      else if (!condition.isHeld()) backlog.clear();
    } catch (error) {
      await trouble(error);
    }
    if (condition.away() === null && !condition.isHeld()) await maintain(t);
  };

  const maintain = async (t: number) => {
    await keeper.maintain(t).catch(trouble);
    const reason = keeper.heldBecause();
    if (reason !== null && !deletionHeld) announce(announceHeld(reason));
    deletionHeld = reason !== null;
  };

  /** Writes the collections that wait. */
  const write = async () => {
    try {
      await backlog.empty(({ collection, health }) => keeper.store().writeCollection(collection, interval, health));
      const dropped = backlog.takeDropped();
      if (dropped > 0) recorder?.note('samples_dropped', clock.now(), { collections: dropped });
      custody.eased();
      const pausedMs = condition.well();
      if (pausedMs !== null) announce(announceResume(pausedMs));
    } catch (error) {
      // What another program holds up, or a damaged file did not take, is written later; the rest would fail again.
      if (!isHeld(error) && !isDamage(error)) backlog.clear();
      await trouble(error);
    }
  };

  /** Opens the database; when that cannot be, the rest of the server goes on and it is tried again. */
  const open = async (): Promise<void> => {
    try {
      const notices = await keeper.open();
      try {
        use();
      } catch (error) {
        if (!isUnusable(error)) throw error;
        notices.push(...(await keeper.replace(error)));
        use();
      }
      condition.goAway(null);
      custody.eased();
      told(notices);
    } catch (error) {
      custody.stayAway(error);
      await keeper.close().catch(() => {});
    }
  };

  const use = () => {
    const store = keeper.store();
    ends ??= createFleetEnds(store.db, clock.now());
    machine ??= createMachineProbe(layout.database);
    recorder ??= watch(store.observed());
  };

  /** From now on everything that happens is recorded. */
  const watch = (saved: ReturnType<Store['observed']>): Recorder => {
    const watching = createRecorder({
      snapshot,
      saved,
      write: (events, intervals) => keeper.store().writeBatch(events, intervals),
      onWriteError: (error) => void trouble(error),
      onOrphanEnding: ({ outcome }, at) => ends?.add(outcome, at),
    });
    watching.note('service_started', clock.now(), { pid: process.pid });
    watching.begin(clock.now());
    unsubscribe = bus.subscribe(({ event }) => {
      followClock();
      watching.record(event);
    });
    return watching;
  };

  const run = async (due: number): Promise<void> => {
    if (lent || stopped) return;
    if (condition.away() !== null) await open();
    else if (keeper.isDisplaced()) await reclaim();
    await collectAt(due);
  };

  /** The file was removed or exchanged under us. Where it cannot be put right, what is open is used on. */
  const reclaim = async () => {
    log.error({ file: layout.database }, 'the metrics database is no longer where it was opened');
    try {
      await custody.exchange('the database was removed and is being written again', () => keeper.reclaim());
    } finally {
      const lost = condition.away() !== null && keeper.isDisplaced();
      condition.lost(lost ? `the database was removed, and cannot be written again: ${condition.away()}` : null);
      if (lost) condition.goAway(null);
    }
  };

  return {
    async start() {
      await run(clock.now());
      timetable = startTimetable(clock, interval, run);
    },
    health: () => condition.text(),
    lastRows: () => latest.rows(),
    collect: () => run(clock.now()),
    query: async (input) => read('query', input),
    events: async (input) => read('events', input),
    answer,
    knowsAgent(agent) {
      if (snapshot.agents.has(agent) || condition.away() !== null) return true;
      try {
        return keeper.store().db.prepare('SELECT 1 FROM agents WHERE name = ?').get(agent) !== undefined;
      } catch (error) {
        void trouble(error);
        return true;
      }
    },
    async whileClosed(work) {
      if (lent) throw new McError('busy', 'the database is being restored', { hint: 'try again when that has ended' });
      lent = true;
      await timetable?.stop();
      recorder?.flush();
      condition.goAway('the database is being restored');
      try {
        await keeper.close();
        return await work();
      } finally {
        lent = false;
        if (!stopped) await open();
        // A stop may have come in the middle of opening: whoever stopped us will not close a second time.
        if (stopped) await keeper.close();
        else timetable = startTimetable(clock, interval, run);
      }
    },
    async stop() {
      stopped = true;
      custody.stop();
      unsubscribe?.();
      await timetable?.stop();
      machine?.stop();
      recorder?.note('service_stopped', clock.now(), { pid: process.pid });
      if (recorder?.stop(clock.now()) === false) await writeTheRest(recorder);
      await keeper.close();
      await desk.close();
    },
  };

  /** At the end: another program that holds the database gets a moment to let go. */
  async function writeTheRest(last: Recorder): Promise<void> {
    const until = monotonic() + LAST_MS;
    while (condition.away() === null && condition.isHeld() && last.waiting() > 0 && monotonic() < until) {
      await delay(LAST_MS / 40);
      if (last.flush()) await write();
    }
    const rows = last.waiting();
    if (rows > 0) log.error({ rows, collections: backlog.size }, 'these rows of the event log could not be written');
  }

  async function answer<K extends ReadName>(name: K, input: Reads[K]['input']): Promise<Uint8Array> {
    const away = condition.away();
    if (away !== null) throw new McError('busy', away, { hint: 'try again in a moment; mc serve logs what is wrong' });
    recorder?.flush();
    try {
      const { db } = keeper.store();
      const now = clock.now();
      // Agents that are there but have not been sampled yet are no unknown names.
      const asked = { ...input, known: [...snapshot.agents.keys()] };
      if (!readsLong(db, name, asked, now)) return writeRead(db, name, asked, now);
      return await desk.ask('read', { path: layout.database, name, input: asked, now });
    } catch (error) {
      if (isDamage(error)) void trouble(error);
      throw unreadable(error);
    }
  }

  async function read<K extends ReadName>(name: K, input: Reads[K]['input']): Promise<Reads[K]['answer']> {
    return JSON.parse(Buffer.from(await answer(name, input)).toString('utf8')) as Reads[K]['answer'];
  }
}

function retentionOf(settings: MetricsSettings): Retention {
  return {
    raw: settings.retainRaw,
    '5m': settings.retainMinutes,
    '1h': settings.retainHours,
    events: settings.retainEvents,
  };
}
