import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../base/index.js';
import type { Logger } from '../base/log.js';
import type { Bus, Entry } from '../bus/index.js';
import type {
  EventDraft,
  EventType,
  OpenSource,
  Position,
  Reading,
  Snapshot,
  SourceDetail,
  SourceListener,
} from '../protocol/index.js';
import type { State } from '../state/index.js';
import { createSources } from './sources.js';
import type { ReadNoun, Watcher } from '../workspace/watch/watcher.js';

/** What answers are made of, each with a count of its changes. */
export type Noun = 'agents' | 'office' | 'tasks' | 'notifications' | 'alerts';

/** How long to wait before a noun that could not be read is looked at once more, in milliseconds. */
const LOOK_AGAIN_MS = 50;

export interface FeedOptions {
  /** Makes the watcher that tells these listeners: every reading but the first, and how it watches. */
  watch: (listeners: WatchListeners) => Watcher;
  /** What knows of agents beside the workspace's files; default none. */
  sources?: readonly OpenSource[];
  state: State;
  bus: Bus;
  clock: Clock;
  log: Logger;
  /** Makes the ids of notifications; must never repeat one. */
  newId: () => string;
  /** What paths in messages are shown relative to. */
  root?: string;
  /** Milliseconds between two looks at the clock, which is what turns an agent stale. Default 1,000. */
  tickMs?: number;
}

interface WatchListeners extends SourceListener {
  onMode(change: { mode: 'polling'; reason: string }): void;
}

/** The only joint of watcher, state and bus. */
export interface Feed {
  readonly snapshot: Snapshot;
  readonly watcher: Watcher;
  /** How each source of agents does, by name, from memory. The very same object as long as nothing in it has changed. */
  health(): Record<string, SourceDetail>;
  /** How often a noun has changed since the start: what was made of it is good for as long as this stays. */
  revision(noun: Noun): number;
  /** Takes in the first whole reading. It makes the snapshot and no events: nobody has missed anything yet. */
  start(): Promise<void>;
  /** How notifications, activities and others enter: into the snapshot, then onto the bus. */
  publish(drafts: readonly EventDraft[]): Entry[];
  /**
   * After a write of ours: these nouns are read again, reported or not. Resolves with the position when what was found is in the
   * snapshot, or when the limit has passed.
   */
  look(nouns: readonly ReadNoun[], limitMs: number): Promise<Position>;
  close(): Promise<void>;
}

const NOUNS: Partial<Record<EventType, Noun>> = {
  agent_status: 'agents',
  agent_removed: 'agents',
  agent_position: 'office',
  task_update: 'tasks',
  notification: 'notifications',
  notification_ack: 'notifications',
  alert: 'alerts',
};

/** A feed that has read nothing yet. */
export function createFeed({ watch, sources = [], state, bus, clock, log, newId, ...options }: FeedOptions): Feed {
  const revisions: Record<Noun, number> = { agents: 0, office: 0, tasks: 0, notifications: 0, alerts: 0 };
  let timer: NodeJS.Timeout | undefined;

  const put = (draft: EventDraft): Entry => {
    const noun = NOUNS[draft.type];
    if (noun) revisions[noun] += 1;
    return bus.publish(draft);
  };
  /** What was read is applied to the snapshot already. Nobody can look between that and the last event's position. */
  const take = (drafts: EventDraft[]) => {
    for (const draft of drafts) put(draft);
  };
  const guarded = (what: string, step: () => void) => {
    try {
      step();
    } catch (error) {
      log.error({ err: error }, `${what} failed`);
    }
  };
  const read = (reading: Reading) => guarded('taking in a reading', () => take(state.read(reading, clock.now())));
  /** Readings that came before the first whole one was taken in; they are newer than it. */
  let early: Reading[] | null = [];
  const publish = (drafts: readonly EventDraft[]) =>
    drafts.map((draft) => {
      state.apply(draft);
      return put(draft);
    });
  const onMode = (change: { mode: 'polling'; reason: string }) =>
    guarded('telling how files are watched', () => publish(modeNotification(change, newId(), clock.now())));
  // `createSources` opens every source before it returns, so it is there from then on.
  let watcher!: Watcher;
  const openWorkspace: OpenSource = ({ onReading }) => {
    watcher = watch({ onReading, onMode });
    return watcher;
  };
  const all = createSources({
    open: [openWorkspace, ...sources],
    onReading: (reading) => (early ? void early.push(reading) : read(reading)),
    log,
    now: () => clock.now(),
    root: options.root,
  });

  return {
    snapshot: state.snapshot,
    watcher,
    health: () => all.health(),
    revision: (noun) => revisions[noun],
    async start() {
      state.read(await all.start(), clock.now());
      const waiting = early ?? [];
      early = null;
      for (const reading of waiting) read(reading);
      timer = setInterval(() => guarded('a tick', () => take(state.tick(clock.now()))), options.tickMs ?? 1000);
      timer.unref();
    },
    publish,
    async look(nouns, limitMs) {
      await within(limitMs, async (isOver) => {
        // False: no file handle was left, say. Each try waits for its own read.
        while (!(await watcher.look(nouns)) && !isOver()) await wait(LOOK_AGAIN_MS);
      });
      return bus.position();
    },
    async close() {
      clearInterval(timer);
      await all.close();
    },
  };
}

/** Resolves when the work is done or the limit has passed, whichever comes first. */
async function within(limitMs: number, work: (isOver: () => boolean) => Promise<void>): Promise<void> {
  const limit = new AbortController();
  const passed = wait(limitMs, undefined, { signal: limit.signal }).catch(() => {});
  let over = false;
  await Promise.race([passed, work(() => over)]).finally(() => {
    over = true;
    limit.abort();
  });
}

/** Polling is slower and costs more: people should know. */
function modeNotification({ mode, reason }: { mode: string; reason: string }, id: string, at: number): EventDraft[] {
  const message = `Files are looked at about once a second: ${reason}`;
  const data = { id, title: 'Files are polled', message, level: 'warning' as const, data: { mode, reason } };
  return [{ type: 'notification', data, at }];
}
