import type { Point, QueryAnswer, Series } from '../../protocol/index.js';
import { createBreakReader } from '../store/breaks.js';
import type { Database } from '../store/database.js';
import { type Cells, createFolder, emptyCells, type Folding } from './fold.js';
import { aggregateOf, type Query, unknownAgent, untilOf } from './params.js';
import { bucketTimes, MAX_ANSWER_POINTS, type Source, tooMuch, unitOf } from './points.js';
import { percentileSeries } from './percentiles.js';
import { planQuery } from './plan.js';
import type { Question } from './question.js';
import { rawSeries } from './raw-series.js';
import { type Metric, metricsOf } from '../store/registry.js';
import { createBeforeReader } from '../store/rollup.js';

/**
 * Answers a query from the database.
 * @param known agents that exist but may have no sample yet
 * @throws McError `agent.unknown` for an agent that nobody knows, `input.invalid` for too much
 */
export function answerQuery(db: Database, query: Query, now: number, known: readonly string[] = []): QueryAnswer {
  const plan = planQuery(db, query);
  const series = (['agent', 'system'] as const).flatMap((scope) => {
    const metrics = query.metrics.filter((metric) => metric.scope === scope);
    const aggs = new Set(metrics.map((metric) => query.agg ?? aggregateOf(metric)));
    return [...aggs].flatMap((agg) => {
      const alike = metrics.filter((metric) => (query.agg ?? aggregateOf(metric)) === agg);
      const question = { db, query: { ...query, agg }, plan, scope, metrics: alike, now };
      return seriesOf(question, known).map((one): Series => ({ ...one, agg }));
    });
  });
  const aggs = new Set(query.metrics.map((metric) => query.agg ?? aggregateOf(metric)));
  return {
    since: new Date(query.since).toISOString(),
    until: untilOf(query.until, now),
    step: plan.step,
    agg: aggs.size === 1 ? ([...aggs][0] as string) : 'default',
    series: series.sort((a, b) => orderOf(query, a) - orderOf(query, b)),
  };
}

/** How many rows a query has to read, to tell whether it takes long. */
export function rowsToRead(db: Database, query: Query): number {
  const plan = planQuery(db, query);
  const agents = query.metrics.some(({ scope }) => scope === 'agent')
    ? (query.agents?.length ?? (db.prepare('SELECT count(*) FROM agents').pluck().get() as number))
    : 1;
  const perBucket = plan.tier === 'raw' && plan.stepMs > 0 ? plan.stepMs / 60_000 : 1;
  return agents * plan.points * Math.max(1, perBucket);
}

function orderOf({ metrics }: Query, series: Series): number {
  return metrics.findIndex(({ name }) => name === series.metric);
}

function seriesOf(question: Question, known: readonly string[]): Series[] {
  const { db, query, plan, scope, metrics } = question;
  const sources = scope === 'system' ? [{ agent: null, keys: [0] }] : sourcesOf(db, query, known);
  const buckets = plan.step === 'raw' ? 0 : plan.points;
  if (buckets * sources.length * metrics.length > MAX_ANSWER_POINTS) throw tooMuch(plan.step);
  const all = chooseReader(question)(question, sources);
  // Agents that were not asked for by name are left out where they have nothing to say.
  const keep = ({ agent, points }: Series) =>
    agent === null || query.agents !== null || points.some(({ v }) => v !== null);
  return all.filter(keep);
}

function chooseReader({ plan, query }: Question): (question: Question, sources: readonly Source[]) => Series[] {
  if (plan.step === 'raw') return rawSeries;
  return query.agg.startsWith('p') ? percentileSeries : foldedSeries;
}

function foldedSeries(question: Question, sources: readonly Source[]): Series[] {
  const { query, plan, metrics } = question;
  const folding = query.agg === 'rate' ? 'inc' : (query.agg as Folding);
  const fold = createFolder({ ...question, folding, span: { ...plan, buckets: plan.points } });
  const times = bucketTimes(plan);
  return sources.flatMap(({ agent, keys }) => {
    const cells = metrics.map(() => emptyCells(plan.points));
    if (query.agg === 'last' && keys.length > 1) foldLastTogether(question, keys, fold, cells);
    else for (const key of keys) fold(key, cells);
    return metrics.map((metric, at) => ({
      metric: metric.name,
      unit: unitOf(metric, query),
      agent,
      points: pointsOf(question, metric, cells[at] as Cells, times),
    }));
  });
}

/**
 * The last values of several agents as one: a counter is summed up over all of them, each with its last value known in the
 * range; of anything else the mean of those that were sampled.
 */
function foldLastTogether(
  { db, metrics, plan }: Question,
  keys: readonly number[],
  fold: (key: number, cells: readonly Cells[]) => void,
  together: readonly Cells[],
): void {
  const valuesBefore = createBeforeReader(db, 'agent');
  const breaksOf = createBreakReader(db, 'agent', metricsOf('agent'));
  for (const key of keys) {
    const cells = metrics.map(() => emptyCells(plan.points));
    fold(key, cells);
    const before = valuesBefore(key, plan.start, breaksOf(key));
    for (const [at, metric] of metrics.entries()) {
      const place = metricsOf('agent').indexOf(metric);
      addLast(together[at] as Cells, cells[at] as Cells, metric.kind === 'counter' ? before[place] : undefined);
    }
  }
  for (const [at, { kind }] of metrics.entries()) {
    const { value, n } = together[at] as Cells;
    if (kind !== 'counter')
      for (const [bucket, count] of n.entries()) value[bucket] = (value[bucket] ?? 0) / (count || 1);
  }
}

/** `carried`: the last value so far, null when there is none yet; undefined: nothing is carried on. */
function addLast(together: Cells, { value, n }: Cells, carried: number | null | undefined): void {
  let held = carried;
  for (let bucket = 0; bucket < n.length; bucket += 1) {
    const sampled = (n[bucket] ?? 0) > 0;
    const last = sampled ? (value[bucket] ?? 0) : (held ?? 0);
    together.value[bucket] = (together.value[bucket] ?? 0) + last;
    if (sampled) together.n[bucket] = (together.n[bucket] ?? 0) + 1;
    if (sampled && held !== undefined) held = last;
  }
}

function pointsOf(question: Question, metric: Metric, cells: Cells, times: string[]): Point[] {
  const points: Point[] = Array(times.length);
  for (let at = 0; at < times.length; at += 1) {
    const n = cells.n[at] ?? 0;
    points[at] = { t: times[at] as string, v: n === 0 ? null : valueOf(question, metric, cells, at) };
  }
  return points;
}

function valueOf({ query: { agg }, plan, now }: Question, metric: Metric, cells: Cells, at: number): number {
  const value = cells.value[at] ?? 0;
  if (agg === 'count') return value;
  if (agg === 'avg') return value / (cells.n[at] ?? 1) / metric.scale;
  if (agg !== 'rate') return value / metric.scale;
  const begin = plan.start + at * plan.stepMs;
  // The bucket that is still open has only grown for as long as its samples reach.
  const open = begin + plan.stepMs > now;
  const lasted = open ? Math.min(plan.stepMs, (cells.reach[at] ?? now) - begin) : plan.stepMs;
  return value / metric.scale / (lasted / 1000);
}

function sourcesOf(db: Database, { agents, groupBy }: Query, known: readonly string[]): Source[] {
  const rows = db.prepare('SELECT id, name FROM agents ORDER BY name').all() as { id: number; name: string }[];
  const keys = new Map(rows.map(({ id, name }) => [name, id]));
  const names = agents ?? [...keys.keys()];
  const sources = names.map((name): Source => {
    const key = keys.get(name);
    if (key === undefined && !known.includes(name)) throw unknownAgent(name, [...keys.keys(), ...known]);
    return { agent: name, keys: key === undefined ? [] : [key] };
  });
  return groupBy === 'agent' ? sources : [{ agent: null, keys: sources.flatMap((source) => source.keys) }];
}
