import type { TopAnswer } from '../../protocol/index.js';
import type { Database } from '../store/database.js';
import { invalid, parseMetric, parseRange, untilOf } from './params.js';
import { createRangeReader } from './ranges.js';
import { decodeValue, type Metric } from '../store/registry.js';

export interface TopInput {
  by: string;
  since?: string | undefined;
  until?: string | undefined;
  /** By the latest sample instead of a range. */
  now?: boolean | undefined;
}

/**
 * Agents ranked by a metric, highest first: over a range by how much a counter grew and by the average of anything else,
 * or by the latest value. Agents of which nothing was measured come last.
 */
export function rankAgents(db: Database, input: TopInput, now: number): TopAnswer {
  const metric = parseMetric(input.by);
  if (metric.scope === 'system') throw invalid(`${metric.name} is a figure of the system`, 'name a metric of agents');
  const range = parseRange(input, now);
  const values = input.now === true ? latestValues(db, metric) : valuesOver(db, metric, range);
  const ranked = values.sort((a, b) => rank(b) - rank(a) || (a.agent < b.agent ? -1 : 1));
  return {
    by: metric.name,
    unit: metric.unit,
    agg: input.now === true ? 'last' : metric.kind === 'counter' ? 'increase' : 'avg',
    since: new Date(range.since).toISOString(),
    until: untilOf(range.until, now),
    agents: ranked.map((row, index) => ({ rank: index + 1, ...row })),
  };
}

interface Ranked {
  agent: string;
  value: number | null;
}

/** The table of latest samples answers without a look at the history. */
function latestValues(db: Database, metric: Metric): Ranked[] {
  const query = `SELECT a.name, l.${metric.name} AS value FROM agent_last l JOIN agents a ON a.id = l.agent`;
  const rows = db.prepare(query).all() as { name: string; value: number | null }[];
  return rows.map(({ name, value }) => ({ agent: name, value: decodeValue(metric, value) }));
}

function valuesOver(db: Database, metric: Metric, range: { since: number; until: number }): Ranked[] {
  const folding = metric.kind === 'counter' ? 'inc' : 'avg';
  const read = createRangeReader({ db, scope: 'agent', metrics: [metric], folding }, range);
  const agents = db.prepare('SELECT id, name FROM agents').all() as { id: number; name: string }[];
  return agents.map(({ id, name }) => ({ agent: name, value: read(id)[0] ?? null }));
}

function rank({ value }: Ranked): number {
  return value ?? Number.NEGATIVE_INFINITY;
}
