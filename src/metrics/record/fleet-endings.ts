import { createBreakReader, isBroken } from '../store/breaks.js';
import type { Database } from '../store/database.js';
import { createLastHour, type LastHour } from './agent-endings.js';
import { metricsOf } from '../store/registry.js';
import { increase } from '../store/rollup.js';

/** How many tasks of the whole fleet ended in the last hour, from the agents' counters over their resets. */
export interface FleetEnds {
  /** Counters of one agent at a collection. */
  observe(agent: string, completed: number | null, failed: number | null, at: number): void;
  /** The counters of an agent have another source from now on. */
  forget(agent: string): void;
  /** A task that ended without belonging to an agent. */
  add(outcome: 'completed' | 'failed', at: number): void;
  lastHour(at: number): { completed: number; failed: number };
}

const HOUR = 3_600_000;
const COUNTED = metricsOf('agent').filter(({ name }) => name === 'tasks_completed' || name === 'tasks_failed');

/** Begins with what the samples of the last hour say. */
export function createFleetEnds(db: Database, now: number): FleetEnds {
  const ended = { completed: createLastHour(), failed: createLastHour() };
  const before = new Map<string, { completed: number | null; failed: number | null }>();
  const ends: FleetEnds = {
    observe(agent, completed, failed, at) {
      const held = before.get(agent) ?? { completed: null, failed: null };
      addGrowth(ended.completed, held.completed, completed, at);
      addGrowth(ended.failed, held.failed, failed, at);
      before.set(agent, { completed: completed ?? held.completed, failed: failed ?? held.failed });
    },
    forget(agent) {
      before.delete(agent);
    },
    add(outcome, at) {
      ended[outcome].add(at, 1);
    },
    lastHour: (at) => ({ completed: ended.completed.total(at).sum, failed: ended.failed.total(at).sum }),
  };
  const breaksOf = createBreakReader(db, 'agent', COUNTED);
  for (const { id, name } of db.prepare('SELECT id, name FROM agents').all() as { id: number; name: string }[]) {
    const rows = db
      .prepare(
        'SELECT t, tasks_completed AS completed, tasks_failed AS failed FROM agent_raw WHERE agent = ? AND t > ? AND t <= ? ORDER BY t',
      )
      .all(id, now - HOUR, now) as { t: number; completed: number | null; failed: number | null }[];
    const breaks = breaksOf(id);
    let last = now - HOUR;
    for (const { t, completed, failed } of rows) {
      if (isBroken(breaks, 0, last, t) || isBroken(breaks, 1, last, t)) ends.forget(name);
      ends.observe(name, completed, failed, t);
      last = t;
    }
  }
  return ends;
}

function addGrowth(hour: LastHour, before: number | null, now: number | null, at: number): void {
  const grown = now === null ? 0 : increase(before, now);
  if (grown > 0) hour.add(at, grown);
}
