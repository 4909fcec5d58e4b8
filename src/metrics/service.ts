import { setTimeout as delay } from 'node:timers/promises';
import { McError, monotonicNow } from '../base/index.js';
import { createCollecting } from './collecting.js';
import { createConditions, healthOf, isBlocked, isOpen, mayOpen, reasonAway } from './condition.js';
import type { MetricsOptions, MetricsService, MetricsSettings } from './contract.js';
import { createCustody, unreadable } from './custody.js';
import { isDamage, isUnusable } from './store/database.js';
import { createMetricsThread } from './thread.js';
import { createKeeper } from './keeper.js';
import { type ReadName, type Reads, readsLong, writeRead } from './query/reads.js';
import type { Retention } from './store/retention.js';
import { startTimetable, type Timetable } from './record/timetable.js';
import { startWatching, type Watching } from './watching.js';

/** How long a stop waits for a program that holds the database. */
const LAST_MS = 2000;

export function createMetricsService(options: MetricsOptions): MetricsService {
  const { layout, snapshot, clock, settings, log, monotonic = monotonicNow } = options;
  const interval = settings.collectInterval;
  const thread = createMetricsThread();
  const keeper =
    options.keeper ??
    createKeeper({ path: layout.database, retention: retentionOf(settings), clock, thread, monotonic });
  const conditions = createConditions();
  let watching: Watching | undefined;
  let timetable: Timetable | undefined;

  const custody = createCustody({
    keeper,
    conditions,
    clock,
    monotonic,
    log,
    publish: options.publish,
    note: (type, at, data) => watching?.recorder.note(type, at, data),
    tryAgain: () => tryAgain(),
  });
  const collecting = createCollecting({ ...options, monotonic, conditions, custody, keeper });

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
      conditions.happen({ it: 'opened' });
      custody.eased();
      custody.announceAll(notices);
    } catch (error) {
      custody.stayAway(error);
      await keeper.close().catch(() => {});
    }
  };

  const use = () => {
    watching ??= startWatching({
      ...options,
      monotonic,
      store: () => keeper.store(),
      onWriteError: (error) => void custody.trouble(error),
    });
  };

  const run = async (due: number): Promise<void> => {
    if (!mayOpen(conditions.now())) return;
    if (!isOpen(conditions.now())) await open();
    else if (keeper.isDisplaced()) await reclaim();
    if (watching && isOpen(conditions.now())) await collecting.collectAt(due, watching);
  };

  const tryAgain = async () => {
    if (!mayOpen(conditions.now())) return;
    if (!isOpen(conditions.now())) await open();
    else if (watching?.recorder.flush() === true) await collecting.write(watching);
  };

  /** The file was removed or exchanged under us. Where it cannot be put right, what is open is used on. */
  const reclaim = async () => {
    log.error({ file: layout.database }, 'the metrics database is no longer where it was opened');
    try {
      await custody.exchange('the database was removed and is being written again', () => keeper.reclaim());
    } finally {
      const lost = !isOpen(conditions.now()) && keeper.isDisplaced();
      conditions.happen({ it: lost ? 'lost' : 'found' });
    }
  };

  /** At the end: another program that holds the database gets a moment to let go. */
  const writeTheRest = async (last: Watching): Promise<void> => {
    const { recorder } = last;
    const until = monotonic() + LAST_MS;
    while (isOpen(conditions.now()) && isBlocked(conditions.now()) && recorder.waiting() > 0 && monotonic() < until) {
      await delay(LAST_MS / 40);
      if (recorder.flush()) await collecting.write(last);
    }
    const rows = recorder.waiting();
    if (rows === 0) return;
    log.error({ rows, collections: collecting.waiting() }, 'these rows of the event log could not be written');
  };

  return {
    async start() {
      await run(clock.now());
      timetable = startTimetable(clock, interval, run);
    },
    health: () => healthOf(conditions.now(), monotonic(), interval),
    lastRows: () => collecting.latest(),
    endedLastHour: () => watching?.ends.lastHour(clock.now()) ?? null,
    setAside() {
      const { setAside: reason } = conditions.now();
      return reason === null ? [] : [`the metrics database was ${reason}`];
    },
    collect: () => run(clock.now()),
    async answer<K extends ReadName>(name: K, input: Reads[K]['input']): Promise<Uint8Array> {
      const away = reasonAway(conditions.now());
      if (away !== null)
        throw new McError('busy', away, { hint: 'try again in a moment; mc serve logs what is wrong' });
      watching?.recorder.flush();
      try {
        const { db } = keeper.store();
        const now = clock.now();
        // Agents that are there but have not been sampled yet are not unknown names.
        const asked = { ...input, known: [...snapshot.agents.keys()] };
        if (!readsLong(db, name, asked, now)) return writeRead(db, name, asked, now);
        return await thread.ask('read', { path: layout.database, name, input: asked, now });
      } catch (error) {
        if (isDamage(error)) void custody.trouble(error);
        throw unreadable(error);
      }
    },
    knowsAgent(agent) {
      if (snapshot.agents.has(agent) || !isOpen(conditions.now())) return true;
      try {
        return keeper.store().db.prepare('SELECT 1 FROM agents WHERE name = ?').get(agent) !== undefined;
      } catch (error) {
        void custody.trouble(error);
        return true;
      }
    },
    async whileClosed(work) {
      if (conditions.now().is === 'restoring') {
        throw new McError('busy', 'the database is being restored', { hint: 'try again when that has ended' });
      }
      conditions.happen({ it: 'restore begun' });
      await timetable?.stop();
      watching?.recorder.flush();
      try {
        await keeper.close();
        return await work();
      } finally {
        conditions.happen({ it: 'restore ended' });
        if (conditions.now().is !== 'stopped') await open();
        // A stop may have come in the middle of opening: whoever stopped us will not close a second time.
        if (conditions.now().is === 'stopped') await keeper.close();
        else timetable = startTimetable(clock, interval, run);
      }
    },
    async stop() {
      conditions.happen({ it: 'stopped' });
      custody.stop();
      watching?.stop();
      await timetable?.stop();
      if (watching) {
        watching.recorder.note('service_stopped', clock.now(), { pid: process.pid });
        if (!watching.recorder.stop(clock.now())) await writeTheRest(watching);
      }
      await keeper.close();
      await thread.close();
    },
  };
}

function retentionOf({ retainRaw, retainMinutes, retainHours, retainEvents }: MetricsSettings): Retention {
  return { raw: retainRaw, '5m': retainMinutes, '1h': retainHours, events: retainEvents };
}
