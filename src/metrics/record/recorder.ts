import { agentOfEvent, type McEvent, type Snapshot } from '../../protocol/index.js';
import { eventRow, type OwnEvent, ownRow } from '../store/event-rows.js';
import { createObserver, type Observer } from './observer.js';
import { createQueueWatch, type QueueEnding, type QueueWatch } from './task-queue.js';
import type { EventRow, IntervalRow, ObservedTotals, Store } from '../store/store.js';

/** Rows are written this long after the first of a batch came in, or as soon as there are BATCH_ROWS of them. */
const BATCH_MS = 250;
const BATCH_ROWS = 500;
/** So many events go into one transaction: more would hold the event loop, when many have waited. */
const FLUSH_ROWS = 1000;
/** What is held while nothing can be written (a full disk); beyond it the oldest rows are dropped and counted. */
const HELD_ROWS = 10_000;

export interface RecorderOptions {
  snapshot: Snapshot;
  saved: ReadonlyMap<string, ObservedTotals>;
  write: Store['writeBatch'];
  /** A batch could not be written; it is held and tried again. */
  onWriteError: (error: unknown) => void;
  /** A task of the task files ended that belongs to no agent we know. */
  onOrphanEnding: (ending: QueueEnding, at: number) => void;
}

/** Writes down what happens, as it happens: events and intervals of status, in batches. */
export interface Recorder {
  observer: Observer;
  queue: QueueWatch;
  /** Begins to watch the agents that are known at `at`. */
  begin(at: number): void;
  record(event: McEvent): void;
  note(type: OwnEvent, at: number, data: Record<string, unknown>, agent?: string): void;
  /** Events of the stream since the last call, `system_metric` not counted. */
  takeCount(): number;
  /** Writes the batch now; of a large one the rest follows soon. False when it could not be written. */
  flush(): boolean;
  /** Rows that are not written yet. */
  waiting(): number;
  /** The clock was set by so many milliseconds: durations go on as if it had not been. */
  shift(ms: number): void;
  /** Ends every interval and writes what is left. False when it could not be written. */
  stop(at: number): boolean;
}

export function createRecorder(options: RecorderOptions): Recorder {
  const observer = createObserver(options.saved);
  const queue = createQueueWatch(options.snapshot);
  let events: EventRow[] = [];
  let intervals: IntervalRow[] = [];
  let timer: NodeJS.Timeout | null = null;
  let failing = false;
  let dropped = 0;
  let count = 0;

  const flush = (): boolean => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (events.length + intervals.length === 0) return true;
    try {
      const some = events.slice(0, FLUSH_ROWS);
      const stretches = intervals.slice(0, FLUSH_ROWS);
      const lost = dropped > 0 ? [ownRow('events_dropped', some.at(-1)?.t ?? 0, { events: dropped })] : [];
      options.write([...some, ...lost], stretches);
      events = events.slice(some.length);
      intervals = intervals.slice(stretches.length);
      dropped = 0;
      failing = false;
      if (events.length + intervals.length > 0) timer = setTimeout(flush, 1).unref();
      return true;
    } catch (error) {
      failing = true;
      const over = Math.max(0, events.length - HELD_ROWS);
      events = events.slice(over);
      intervals = intervals.slice(Math.max(0, intervals.length - HELD_ROWS));
      dropped += over;
      options.onWriteError(error);
      return false;
    }
  };

  const keep = (rows: EventRow[], stretches: IntervalRow[]) => {
    if (rows.length + stretches.length === 0) return;
    events.push(...rows);
    intervals.push(...stretches);
    // While writing fails the batch is tried again with the timer, not with each event.
    if (events.length + intervals.length >= BATCH_ROWS && !failing) flush();
    else timer ??= setTimeout(flush, BATCH_MS).unref();
  };

  const follow = (event: McEvent, at: number): IntervalRow[] => {
    if (event.type === 'agent_removed') return observer.lose(event.data.agent, at);
    if (event.type === 'agent_activity') observer.hear(event.data);
    if (event.type === 'task_update') {
      for (const ending of queue.update(event.data, at)) {
        if (ending.agent === null) options.onOrphanEnding(ending, at);
        else observer.endTask(ending.agent, ending.task, ending.outcome, at);
      }
    }
    const agent = event.type === 'agent_status' ? options.snapshot.agents.get(event.data.agent) : undefined;
    return agent ? observer.see(agent, at) : [];
  };

  /** Data that no reader should let through must not keep the rest from being recorded. */
  const guarded = (agent: string | null, at: number, see: () => IntervalRow[]): IntervalRow[] => {
    try {
      return see();
    } catch (error) {
      keep([ownRow('collection_failed', at, { reason: String(error) }, agent)], []);
      return [];
    }
  };

  return {
    observer,
    queue,
    begin(at) {
      for (const agent of options.snapshot.agents.values()) {
        keep(
          [],
          guarded(agent.id, at, () => observer.see(agent, at)),
        );
      }
    },
    record(event) {
      if (event.type !== 'system_metric') count += 1;
      const at = Date.parse(event.timestamp);
      const stretches = guarded(agentOfEvent(event), at, () => follow(event, at));
      const row = eventRow(event, stretches.length > 0);
      keep(row ? [row] : [], stretches);
    },
    note(type, at, data, agent) {
      keep([ownRow(type, at, data, agent ?? null)], []);
    },
    takeCount() {
      const taken = count;
      count = 0;
      return taken;
    },
    flush,
    waiting: () => events.length + intervals.length,
    shift: (ms) => observer.shift(ms),
    stop(at) {
      intervals.push(...observer.stop(at));
      for (let written = true; written; written = flush()) {
        if (events.length + intervals.length === 0) return true;
      }
      return false;
    },
  };
}
