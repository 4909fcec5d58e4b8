import type { MetricScope } from '../../protocol/index.js';
import { closest, distance } from 'fastest-levenshtein';
import { McError, parseMoment, suggest } from '../../base/index.js';
import { findMetric, STORED_METRICS, type Metric } from '../store/registry.js';

const STEPS = ['raw', '1m', '5m', '1h', '1d', 'auto'] as const;
export type Step = (typeof STEPS)[number];
const AGGREGATES = ['avg', 'min', 'max', 'sum', 'last', 'count', 'rate', 'p50', 'p95', 'p99'] as const;
export type Aggregate = (typeof AGGREGATES)[number];
const GROUPINGS = ['agent', 'none'] as const;
type Grouping = (typeof GROUPINGS)[number];

/** A query as it comes from outside: texts, lists also separated by commas. The same names in REST and on the command line. */
export interface RawQuery {
  metric?: string | readonly string[] | undefined;
  agent?: string | readonly string[] | undefined;
  system?: boolean | undefined;
  since?: string | undefined;
  until?: string | undefined;
  step?: string | undefined;
  agg?: string | undefined;
  group_by?: string | undefined;
  /** How many points step auto gives at most, about. */
  points?: number | undefined;
}

/** What step auto aims at when nothing is said. */
export const GOOD_POINTS = 1000;

/** A query that has been understood. Times in milliseconds. */
export interface Query {
  metrics: readonly Metric[];
  /** null: all. */
  agents: readonly string[] | null;
  since: number;
  until: number;
  step: Step;
  /** null: to each metric its own (`aggregateOf`). */
  agg: Aggregate | null;
  groupBy: Grouping;
  /** How many points step auto aims at. */
  points: number;
}

/** A query of metrics that are all aggregated alike. */
export type PlainQuery = Query & { agg: Aggregate };

/** @throws McError `input.invalid` or `metric.unknown` that says what is accepted and what comes nearest */
export function parseQuery(raw: RawQuery, now: number): Query {
  const metrics = parseMetrics(listOf(raw.metric), raw.system === true ? 'system' : null);
  const agents = listOf(raw.agent);
  const agg = raw.agg === undefined ? null : oneOf('agg', raw.agg, AGGREGATES);
  if (agg === 'rate') for (const metric of metrics) refuseRate(metric);
  if (agents.length > 0 && metrics.every(({ scope }) => scope === 'system')) {
    throw invalid(`${metrics[0]?.name} is a figure of the system, no agent has it`, 'leave the agent out');
  }
  return {
    metrics,
    agents: agents.length > 0 ? agents : null,
    ...parseRange(raw, now),
    step: oneOf('step', raw.step ?? 'auto', STEPS),
    agg,
    groupBy: oneOf('group_by', raw.group_by ?? 'agent', GROUPINGS),
    points: raw.points ?? GOOD_POINTS,
  };
}

/** A range of time; the last 24 hours when nothing is said. */
export function parseRange(raw: Pick<RawQuery, 'since' | 'until'>, now: number): { since: number; until: number } {
  const since = parseMoment(raw.since ?? '24h', now);
  // Up to now means with the sample that was taken this very moment.
  const until = raw.until === undefined ? now + 1 : parseMoment(raw.until, now);
  if (!(since >= 0) || !(until <= 8.64e15)) {
    throw invalid('the range reaches beyond what a date can say', 'use a range such as --since 7d');
  }
  if (since >= until) {
    throw invalid(
      `since (${new Date(since).toISOString()}) is not before until (${new Date(until).toISOString()})`,
      'swap them',
    );
  }
  return { since, until };
}

/** The end of a range as it is shown. */
export function untilOf(until: number, now: number): string {
  return new Date(until === now + 1 ? now : until).toISOString();
}

/** A word of a list. @throws McError `input.invalid` with the list and the nearest word */
export function oneOf<const T extends string>(name: string, value: string, accepted: readonly T[]): T {
  const found = accepted.find((word) => word === value);
  if (found !== undefined) return found;
  const near = closest(value, accepted);
  const guess = distance(value, near) <= 2 ? `did you mean "${near}"? ` : '';
  throw invalid(`${name} "${value}" is not known`, `${guess}Accepted: ${accepted.join(', ')}`);
}

/** The metric of that name. @throws McError `metric.unknown` with the nearest names */
export function parseMetric(name: string): Metric {
  const metric = findMetric(name);
  if (metric) return metric;
  const near = suggest(
    name,
    STORED_METRICS.map((known) => known.name),
  );
  const guess = near.length > 0 ? `did you mean ${near.join(', ')}? ` : '';
  throw new McError('metric.unknown', `there is no metric "${name}"`, { hint: `${guess}mc metrics list shows all` });
}

/** @throws McError `agent.unknown` with the names that are near, of those that are known */
export function unknownAgent(agent: string, names: Iterable<string>): McError {
  const known = [...new Set(names)];
  const near = suggest(agent, known);
  const hint = known.length === 0 ? 'nothing has been sampled yet' : 'mc agents list shows which there are';
  return new McError('agent.unknown', `there is no agent "${agent}"`, {
    hint: near.length > 0 ? `did you mean ${near.join(', ')}?` : hint,
  });
}

/** How a metric is aggregated where nothing is said: the average of a counter means little to anybody. */
export function aggregateOf({ kind }: Metric): Aggregate {
  return kind === 'counter' ? 'last' : 'avg';
}

function parseMetrics(names: readonly string[], scope: MetricScope | null): Metric[] {
  if (names.length === 0) throw invalid('no metric is named', 'mc metrics list shows which there are');
  const metrics = [...new Set(names)].map(parseMetric);
  const other = scope && metrics.find((metric) => metric.scope !== scope);
  if (other) throw invalid(`${other.name} is a figure of agents, not of the system`, 'leave system out');
  return metrics;
}

function refuseRate({ name, kind }: Metric): void {
  if (kind === 'counter') return;
  const counters = STORED_METRICS.filter((metric) => metric.kind === 'counter').map((metric) => metric.name);
  throw invalid(`rate needs a counter, ${name} is a ${kind}`, `counters: ${counters.join(', ')}`);
}

/** A list of words, given once or several times, each also separated by commas. */
function listOf(raw: string | readonly string[] | undefined): string[] {
  const texts = raw === undefined ? [] : typeof raw === 'string' ? [raw] : raw;
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

export function invalid(message: string, hint: string): McError {
  return new McError('input.invalid', message, { hint });
}
