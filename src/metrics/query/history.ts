import type {
  AgentHistoryAnswer,
  AgentMetricsAnswer,
  MetricRow,
  MetricScope,
  SystemHistoryAnswer,
} from '../../protocol/index.js';
import { type Database, prepared } from '../store/database.js';
import { type Cells, createFolder, emptyCells, partsOf } from './fold.js';
import { invalid, oneOf } from './params.js';
import { type Plan, planQuery } from './plan.js';
import { createRangeReader } from './ranges.js';
import { decodeValue, type Metric, metricsOf } from '../store/registry.js';
import { rowId } from '../store/row-id.js';
import { agentRow, systemRow } from '../store/rows.js';
import { sampleObject, tableOf } from '../store/schema.js';
import type { Values } from '../store/store.js';

const HISTORY_STEPS = ['raw', '1m', '5m', '1h', '1d', 'auto'] as const;
/** More rows than this in one answer are refused. */
const MAX_ROWS = 50_000;

export interface HistoryInput {
  /** null: the system. */
  agent: string | null;
  /** Milliseconds back from now. */
  period: number;
  /** raw when it is not given. */
  step?: string | undefined;
}

/**
 * Samples of an agent or the system, newest first, in the old columns and ours. With a step: counters as the last value of
 * each bucket, everything else as its average.
 * @throws McError `input.invalid` for a step that there is not, and for more rows than an answer may hold
 */
export function readHistory(db: Database, input: HistoryInput, now: number): AgentHistoryAnswer | SystemHistoryAnswer {
  return JSON.parse(writeHistory(db, input, now).toString('utf8')) as AgentHistoryAnswer | SystemHistoryAnswer;
}

/** The same as its JSON in UTF-8, which is quicker to have than the rows. */
export function writeHistory(db: Database, input: HistoryInput, now: number): Buffer {
  const { agent, period } = input;
  const step = oneOf('step', input.step ?? 'raw', HISTORY_STEPS);
  const key = agent === null ? 0 : keyOf(db, agent);
  const plan = planQuery(db, { since: Math.max(0, now - period), until: now + 1, step, agg: 'avg' });
  const write = plan.step === 'raw' ? rawRows : stepRows;
  const { count, json } = key === null ? { count: 0, json: Buffer.from('[]') } : write(db, { agent, key }, plan);
  if (count > MAX_ROWS) throw invalid(`the answer would hold more than ${MAX_ROWS} rows`, 'use a step');
  const head = agent === null ? '{' : `{"agent_id":${JSON.stringify(agent)},`;
  return Buffer.concat([Buffer.from(`${head}"history":`), json, Buffer.from('}')]);
}

/** What one agent did in a period. */
export function summarizeAgent(db: Database, agent: string, period: number, now: number): AgentMetricsAnswer {
  const key = keyOf(db, agent);
  const range = { since: Math.max(0, now - period), until: now + 1 };
  const metrics = metricsOf('agent');
  const counters = metrics.filter(({ kind }) => kind === 'counter');
  const read = (folding: 'avg' | 'last' | 'count' | 'inc', some: readonly Metric[]) => {
    const values = key === null ? [] : createRangeReader({ db, scope: 'agent', metrics: some, folding }, range)(key);
    return Object.fromEntries(some.map(({ name }, at) => [name, values[at] ?? null])) as Record<string, number | null>;
  };
  const average = read('avg', metrics);
  const last = read('last', counters);
  const grown = read('inc', counters);
  return {
    agent_id: agent,
    period_hours: period / 3_600_000,
    avg_success_rate: average.success_rate ?? null,
    avg_error_rate: average.error_rate ?? null,
    total_tasks_completed: last.tasks_completed ?? null,
    data_points: key === null ? 0 : countSamples(db, key, range),
    total_tasks_failed: last.tasks_failed ?? null,
    tasks_completed: grown.tasks_completed ?? null,
    tasks_failed: grown.tasks_failed ?? null,
    work_time: grown.total_work_time ?? null,
    idle_time: grown.idle_time ?? null,
    avg_task_duration: average.avg_task_duration ?? null,
    messages_sent: grown.messages_sent ?? null,
    messages_received: grown.messages_received ?? null,
  };
}

/** Whose samples are read. */
interface Owner {
  /** null: the system. */
  agent: string | null;
  key: number;
}

/** Rows as a JSON array in UTF-8, newest first. */
interface Written {
  count: number;
  json: Buffer;
}

/**
 * SQLite writes the JSON: to make some thousand rows into objects and these into text takes three times as long, and half
 * as long again to make a string of its bytes, and bytes of that.
 */
function rawRows(db: Database, owner: Owner, plan: Plan): Written {
  const scope = scopeOf(owner);
  return prepared(db, rawRowsOf(scope)).get(
    ...(owner.agent === null ? [] : [owner.agent]),
    owner.key,
    plan.start,
    plan.end,
    MAX_ROWS + 1,
  ) as Written;
}

function rawRowsOf(scope: MetricScope): string {
  const rows = `SELECT * FROM ${tableOf(scope, 'raw')} WHERE agent = ? AND t >= ? AND t < ? ORDER BY t DESC LIMIT ?`;
  return `SELECT count(*) AS count, CAST(json_group_array(${sampleObject(scope)}) AS BLOB) AS json FROM (${rows})`;
}

function stepRows(db: Database, owner: Owner, plan: Plan): Written {
  const { key } = owner;
  const scope = scopeOf(owner);
  const metrics = metricsOf(scope);
  const folded = { avg: fold('avg'), last: fold('last') };
  const rows: MetricRow[] = [];
  for (let bucket = plan.points - 1; bucket >= 0; bucket -= 1) {
    const values = metrics.map((metric, at) => {
      const folding = metric.kind === 'counter' ? 'last' : 'avg';
      const cells = folded[folding][at];
      const n = cells?.n[bucket] ?? 0;
      return n === 0 ? null : decodeValue(metric, (cells?.value[bucket] ?? 0) / (folding === 'avg' ? n : 1));
    });
    if (values.some((value) => value !== null)) rows.push(rowAt(owner, plan.start + bucket * plan.stepMs, values));
  }
  return { count: rows.length, json: Buffer.from(JSON.stringify(rows)) };

  function fold(folding: 'avg' | 'last'): Cells[] {
    const cells = metrics.map(() => emptyCells(plan.points));
    createFolder({ db, scope, metrics, folding, span: { ...plan, buckets: plan.points } })(key, cells);
    return cells;
  }
}

function scopeOf({ agent }: Owner): MetricScope {
  return agent === null ? 'system' : 'agent';
}

function rowAt({ agent, key }: Owner, t: number, values: Values): MetricRow {
  const id = rowId(t, key);
  return agent === null ? systemRow(t, values, id) : agentRow(agent, t, values, id);
}

function countSamples(db: Database, key: number, range: { since: number; until: number }): number {
  const parts = partsOf(db, planQuery(db, { ...range, step: 'auto', agg: 'avg' }));
  return parts.reduce((total, { tier, from, to }) => {
    const counted = tier === 'raw' ? 'count(*)' : 'coalesce(sum(n), 0)';
    const query = `SELECT ${counted} FROM ${tableOf('agent', tier)} WHERE agent = ? AND t >= ? AND t < ?`;
    return total + (db.prepare(query).pluck().get(key, from, to) as number);
  }, 0);
}

function keyOf(db: Database, agent: string): number | null {
  return (prepared(db, 'SELECT id FROM agents WHERE name = ?').pluck().get(agent) as number | undefined) ?? null;
}
