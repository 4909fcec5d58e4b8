import { createBus } from '../bus/index.js';
import type { Alert } from '../protocol/index.js';
import { createEngine } from './engine/engine.js';
import type { ActiveRule, World } from './rules/index.js';
import { type AlertStore, createStore } from './store/store.js';

const RULE: ActiveRule = {
  name: 'canary',
  source: 'builtin',
  enabled: true,
  muted: true,
  severity: 'info',
  title: 'Canary',
  looksAt: 'nothing: it always holds',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: null,
  judge: (_world, { found }) =>
    found({
      agent: null,
      say: () => ({ summary: 'the path from rule to subscriber works', evidence: 'seen at start' }),
    }),
};

const UNDONE = new Error('the canary is never kept');

/**
 * Proves that an alert gets from a rule through engine, database and bus to a subscriber. Its bus is its own, and what it
 * writes is undone: no client sees it. Returns what is wrong; null: it arrived.
 */
export function flyCanary(store: AlertStore, world: World): string | null {
  const heard: Alert[] = [];
  const failures: unknown[] = [];
  const bus = createBus({ epoch: 'canary', onSubscriberError: (error) => failures.push(error) });
  bus.subscribe(({ event }) => void (event.type === 'alert' && heard.push(event.data)));
  try {
    const engine = createEngine({ host: 'canary', kept: [] });
    const { changes } = engine.look([RULE], world, [], 0);
    store.inOne(() => {
      const kept = createStore(store.db);
      for (const { entry } of changes) kept.keep(entry);
      const found = kept.current().find(({ alert }) => alert.rule === RULE.name);
      if (found) bus.publish({ type: 'alert', data: found.alert, at: world.now });
      throw UNDONE;
    });
  } catch (error) {
    if (error !== UNDONE) failures.push(error);
  }
  if (failures.length > 0) return `the canary failed: ${String(failures[0])}`;
  return heard[0]?.state === 'firing' ? null : 'the canary did not arrive';
}
