import type { TopAnswer } from '../protocol/index.js';
import type { Database } from './database.js';
import { invalid, parseMetric, parseRange, untilOf } from './params.js';
import { createRangeReader } from './ranges.js';

/**
 * Agents ranked by a metric over a range, highest first: by how much a counter grew, by the average of anything else.
 * Agents of which nothing was measured come last, unranked by value.
 */
export function rankAgents(
  db: Database,
  input: { by: string; since?: string | undefined; until?: string | undefined },
  now: number,
): TopAnswer {
  const metric = parseMetric(input.by);
  if (metric.scope === 'system') throw invalid(`${metric.name} is a figure of the system`, 'name a metric of agents');
  const range = parseRange(input, now);
  const counter = metric.kind === 'counter';
  const read = createRangeReader(db, 'agent', [metric], counter ? 'inc' : 'avg', range);
  const agents = db.prepare('SELECT id, name FROM agents ORDER BY name').all() as { id: number; name: string }[];
  const ranked = agents
    .map(({ id, name }) => ({ agent: name, value: read(id)[0] ?? null }))
    .sort((a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY));
  return {
    by: metric.name,
    unit: metric.unit,
    agg: counter ? 'increase' : 'avg',
    since: new Date(range.since).toISOString(),
    until: untilOf(range.until, now),
    agents: ranked.map((row, index) => ({ rank: index + 1, ...row })),
  };
}
