import { type Clock, McError, type WorkspaceLayout } from '../base/index.js';
import type { Logger } from '../base/log.js';
import type { EventDraft, EventsAnswer, QueryAnswer, Snapshot } from '../protocol/index.js';
import type { Bus } from '../bus/index.js';
import {
  type Announcement,
  announceNotice,
  announcePause,
  announceResume,
  notificationDraft,
  systemMetricDrafts,
} from './announcements.js';
import { type Gathered, gather } from './collector.js';
import { isDamage, isFull } from './database.js';
import { createDesk } from './desk.js';
import { createFleetEnds, type FleetEnds } from './ends.js';
import { createKeeper, type Keeper } from './keeper.js';
import { createLatest, type LatestMetrics } from './latest.js';
import { createMachineProbe, type MachineProbe, NO_BACKUPS, type Probes } from './probes.js';
import { type ReadName, type Reads, readsLong, writeRead } from './reads.js';
import { createRecorder, type Recorder } from './recorder.js';
import type { Retention } from './retention.js';
import type { Store } from './store.js';
import { isLate, startTimetable, type Timetable } from './timetable.js';

/** Milliseconds. */
export interface MetricsSettings {
  collectInterval: number;
  retainRaw: number;
  retainMinutes: number;
  retainHours: number;
  retainEvents: number;
}

export interface MetricsOptions {
  layout: Pick<WorkspaceLayout, 'database'>;
  snapshot: Snapshot;
  bus: Pick<Bus, 'subscribe'>;
  /** Puts events of ours onto the stream. */
  publish: (drafts: EventDraft[]) => void;
  clock: Clock;
  settings: MetricsSettings;
  log: Logger;
  probes: Probes;
  /** Holds the database; one of its own when it is not given. */
  keeper?: Keeper;
}

/** The history of a workspace: records, collects, keeps and answers. */
export interface MetricsService {
  /**
   * Opens (upgrades, replaces) the database, begins to watch and takes the first sample. A database that cannot be opened
   * is told by `health` and tried again at each collection.
   */
  start(): Promise<void>;
  /** `available`, or what is wrong. */
  health(): string;
  /** The latest samples, from memory. */
  lastRows(): LatestMetrics;
  /** Takes a sample now. */
  collect(): Promise<void>;
  query(input: Reads['query']['input']): Promise<QueryAnswer>;
  events(input: Reads['events']['input']): Promise<EventsAnswer>;
  /** True for an agent that is there, or was there and left samples. */
  knowsAgent(agent: string): boolean;
  /** Any read as UTF-8 JSON; what takes long is read by a worker. */
  answer<K extends ReadName>(name: K, input: Reads[K]['input']): Promise<Uint8Array>;
  /**
   * Closes the database while its file is replaced (a restore), and opens what is there then.
   * @throws McError `busy` while somebody else replaces it
   */
  whileClosed<T>(work: () => Promise<T>): Promise<T>;
  /** Writes what is left and closes. */
  stop(): Promise<void>;
}

export function createMetricsService(options: MetricsOptions): MetricsService {
  const { layout, snapshot, bus, clock, settings, log, probes } = options;
  const interval = settings.collectInterval;
  const desk = createDesk();
  const keeper = options.keeper ?? createKeeper(layout.database, retentionOf(settings), clock, desk);
  const latest = createLatest();
  let recorder: Recorder | undefined;
  let ends: FleetEnds | undefined;
  let machine: MachineProbe | undefined;
  let timetable: Timetable | undefined;
  let unsubscribe: (() => void) | undefined;
  let paused: { since: number; reason: string } | null = null;
  let setAsideReason: string | null = null;
  let failed: string | null = null;
  let countedSince: number | null = null;
  let lastDue: number | null = null;
  /** Somebody replaces the database's file: it must not be opened. */
  let lent = false;
  let stopped = false;
  /** Why there is no database just now. */
  let away: string | null = 'the metrics service has not started';

  const announce = (announcement: Announcement) => {
    const at = clock.now();
    recorder?.note(announcement.type, at, announcement.data);
    const draft = notificationDraft(announcement, at);
    if (draft) options.publish([draft]);
  };

  const trouble = async (error: unknown): Promise<void> => {
    // Nothing can be written while the database is lent out; what happens meanwhile is held.
    if (away !== null) return;
    const message = error instanceof Error ? error.message : String(error);
    if (isFull(error)) {
      if (paused) return;
      paused = { since: clock.now(), reason: 'the disk is full' };
      log.error({ error: message }, 'the metrics database cannot grow: collection is paused');
      announce(announcePause(paused.reason));
    } else if (isDamage(error)) {
      log.error({ error: message }, 'the metrics database is damaged: it is set aside');
      for (const notice of await keeper.replace()) told(announceNotice(notice));
    } else {
      failed = message;
      log.error({ error: message }, 'metrics could not be written');
      recorder?.note('collection_failed', clock.now(), { reason: message });
    }
  };

  const told = (announcement: Announcement) => {
    if (announcement.type === 'database_set_aside') setAsideReason = String(announcement.data.reason);
    announce(announcement);
  };

  const askBackup = async () => {
    try {
      return (await probes.backup?.()) ?? NO_BACKUPS;
    } catch (error) {
      log.warn({ err: error }, 'the age of the newest backup is not known');
      return NO_BACKUPS;
    }
  };

  const collectAt = async (due: number): Promise<void> => {
    if (away !== null || !recorder || !ends || !machine) return;
    const lateMs = clock.now() - due;
    const late = isLate(lateMs, interval);
    const t = late ? clock.now() : due;
    const [measured, backup] = await Promise.all([machine.measure(), askBackup()]);
    const onTime = !late && failed === null && (lastDue === null || due - lastDue <= interval * 1.5);
    lastDue = due;
    try {
      const gathered = gather(
        { snapshot, recorder, ends, probes },
        { t, onTime, countedSince, machine: measured, backup },
      );
      countedSince = t;
      if (late) recorder.note('collection_late', t, { late_ms: Math.round(lateMs) });
      for (const { agent, error } of gathered.failures) {
        recorder.note('collection_failed', t, { reason: String(error) }, agent);
      }
      latest.set(gathered.collection);
      options.publish(systemMetricDrafts(gathered.collection.system, t, clock.now()));
      // What could not be written before goes first: while the disk is full one attempt is enough.
      if (recorder.flush() || !paused) save(gathered, t);
    } catch (error) {
      await trouble(error);
    }
    await keeper.maintain(t).catch(trouble);
  };

  const save = ({ collection, health }: Gathered, t: number) => {
    keeper.store().writeCollection(collection, interval, { timestamp: new Date(t).toISOString(), ...health });
    failed = null;
    if (!paused) return;
    const pausedMs = clock.now() - paused.since;
    paused = null;
    announce(announceResume(pausedMs));
  };

  /** Opens the database; when that cannot be, the rest of the server goes on and it is tried again. */
  const open = async (): Promise<void> => {
    try {
      const notices = await keeper.open();
      const store = keeper.store();
      ends ??= createFleetEnds(store.db, clock.now());
      machine ??= createMachineProbe(layout.database);
      recorder ??= watch(store.observed());
      away = null;
      for (const notice of notices) told(announceNotice(notice));
    } catch (error) {
      away = `the database cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
      log.error({ err: error }, 'the metrics database cannot be opened');
      await keeper.close().catch(() => {});
    }
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
    unsubscribe = bus.subscribe(({ event }) => watching.record(event));
    return watching;
  };

  const run = async (due: number): Promise<void> => {
    if (lent || stopped) return;
    if (away !== null) await open();
    await collectAt(due);
  };

  return {
    async start() {
      await run(clock.now());
      timetable = startTimetable(clock, interval, run);
    },
    health() {
      if (away !== null) return away;
      if (paused) return `paused since ${new Date(paused.since).toISOString()}: ${paused.reason}`;
      if (failed !== null) return `the last collection failed: ${failed}`;
      if (setAsideReason !== null) return `the database was ${setAsideReason} and set aside; a new one was begun`;
      const behind = lastDue === null ? 0 : clock.now() - lastDue;
      return behind > interval * 2.5 ? `no collection for ${Math.round(behind / 1000)} s` : 'available';
    },
    lastRows: () => latest.rows(),
    collect: () => run(clock.now()),
    query: async (input) => read('query', input),
    events: async (input) => read('events', input),
    answer,
    knowsAgent: (agent) =>
      snapshot.agents.has(agent) ||
      away !== null ||
      keeper.store().db.prepare('SELECT 1 FROM agents WHERE name = ?').get(agent) !== undefined,
    async whileClosed(work) {
      if (lent) throw new McError('busy', 'the database is being restored', { hint: 'try again when that has ended' });
      lent = true;
      await timetable?.stop();
      recorder?.flush();
      away = 'the database is being restored';
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
      unsubscribe?.();
      await timetable?.stop();
      machine?.stop();
      recorder?.note('service_stopped', clock.now(), { pid: process.pid });
      recorder?.stop(clock.now());
      await keeper.close();
      await desk.close();
    },
  };

  async function answer<K extends ReadName>(name: K, input: Reads[K]['input']): Promise<Uint8Array> {
    if (away !== null) throw new McError('busy', away, { hint: 'try again in a moment; mc serve logs what is wrong' });
    recorder?.flush();
    const { db } = keeper.store();
    const now = clock.now();
    // Agents that are there but have not been sampled yet are no unknown names.
    const asked = { ...input, known: [...snapshot.agents.keys()] };
    if (!readsLong(db, name, asked, now)) return Buffer.from(writeRead(db, name, asked, now));
    return desk.ask('read', { path: layout.database, name, input: asked, now });
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
