import { callPath, createMirror, type MirrorView } from '../../client/index.js';
import { isJournalled, type McEvent, readSystemFigures, type ServerFrame } from '../../protocol/index.js';
import { type Data, emptyData, type LinkState, type Move, type Poll, type SystemFigure } from './data.js';

/** Events that are kept for the tail. */
const LOG_LIMIT = 2000;
const MOVES_KEPT = 50;
/** The answer that brings the figures of the last collection. */
const SYSTEM_STATUS = callPath({ route: 'systemStatus' });

/** Joins the mirror, the link and the answers of polls into one picture. Fits React's useSyncExternalStore. */
export interface Store {
  /** Calls back after a change. */
  subscribe(listener: () => void): () => void;
  /** The picture; the same object until something changes. */
  getSnapshot(): Data;
  frame(frame: ServerFrame): void;
  link(link: LinkState): void;
  server(server: Data['server'], warning: string | null): void;
  poll(path: string, poll: Poll): void;
  /** Time passes: ages are a second older. */
  tick(): void;
}

/** A store that has heard nothing. `now`: milliseconds since the epoch. */
export function createStore(now: () => number): Store {
  const mirror = createMirror();
  const listeners = new Set<() => void>();
  let data = emptyData(mirror.getSnapshot(), now());
  let log: McEvent[] = [];
  let pending: Partial<Data> = {};
  let dirty = false;
  let logDirty = false;

  const change = (part: Partial<Data> = {}) => {
    pending = { ...pending, ...part };
    if (dirty) return;
    dirty = true;
    for (const listener of listeners) listener();
  };

  const record = (event: McEvent) => {
    log.push(event);
    logDirty = true;
    // Cut in large pieces, so that a flood does not move the whole list with each event.
    if (log.length > LOG_LIMIT * 1.25) {
      const dropped = log.length - LOG_LIMIT;
      log = log.slice(dropped);
      pending = { ...pending, dropped: (pending.dropped ?? data.dropped) + dropped };
    }
  };

  const measured = ({ metric, value, unit, timestamp }: Extract<McEvent, { type: 'system_metric' }>['data']) => {
    const metrics = new Map(pending.metrics ?? data.metrics);
    metrics.set(metric, { value, unit, timestamp, before: metrics.get(metric)?.value ?? null });
    return metrics;
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    getSnapshot() {
      if (!dirty) return data;
      dirty = false;
      const at = now();
      const view = mirror.getSnapshot();
      const next = { ...data, ...pending, now: at, view, log: logDirty ? log.slice(-LOG_LIMIT) : data.log };
      pending = {};
      logDirty = false;
      data = { ...next, moves: movesOf(data, view, at) };
      return data;
    },
    frame(frame) {
      mirror.apply(frame);
      const metrics = frame.type === 'system_metric' ? { metrics: measured(frame.data) } : {};
      if (isJournalled(frame)) record(frame);
      change({ heardAt: now(), ...metrics });
    },
    link: (link) => change({ link }),
    server: (server, warning) => change({ server, warning }),
    poll(path, poll) {
      const polls = new Map(pending.polls ?? data.polls);
      polls.set(path, poll);
      const metrics = path === SYSTEM_STATUS ? { metrics: latest(poll.value, pending.metrics ?? data.metrics) } : {};
      change({ polls, ...metrics });
    },
    tick: () => change(),
  };
}

function movesOf(data: Data, view: MirrorView, at: number): readonly Move[] {
  const [old, fresh] = [data.view.office, view.office];
  if (old === fresh || old === null || fresh === null) return data.moves;
  const moves = Object.entries(fresh.positions).flatMap(([id, { zone }]): Move[] => {
    const from = old.positions[id]?.zone ?? null;
    return from === zone ? [] : [{ id, from, to: zone, at }];
  });
  return moves.length === 0 ? data.moves : [...data.moves, ...moves].slice(-MOVES_KEPT);
}

/** The latest system figures of an answer, where no newer one has come live. */
function latest(value: unknown, known: Data['metrics']): Data['metrics'] {
  const { figures, timestamp } = readSystemFigures(value);
  const merged = new Map<string, SystemFigure>(known);
  for (const [name, figure] of figures) {
    const before = merged.get(name);
    if ((before?.timestamp ?? '') >= timestamp) continue;
    merged.set(name, { value: figure, before: before?.value ?? null, unit: before?.unit ?? '', timestamp });
  }
  return merged;
}
