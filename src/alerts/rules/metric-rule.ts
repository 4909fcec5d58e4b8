import type { AlertSeverity, MetricRow, NamedMetric } from '../../protocol/index.js';
import type { Rule, Verdict, World } from './rule.js';

const COMPARE = {
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
} as const;
export type Operator = keyof typeof COMPARE;
export const OPERATORS = Object.keys(COMPARE) as Operator[];

/** A rule over one metric, as users write them. */
export interface MetricRuleParts {
  name: string;
  metric: NamedMetric;
  /** One agent; null: every agent, for a metric of agents. */
  agent: string | null;
  op: Operator;
  value: number;
  forMs: number;
  severity: AlertSeverity;
}

/** The newest sample of a metric against a figure. An agent without one is not judged. */
export function metricRule({ name, metric, agent, op, value, forMs, severity }: MetricRuleParts): Rule {
  const of = metric.scope === 'system' ? '' : agent === null ? ' of each agent' : ` of ${agent}`;
  const compare = COMPARE[op];
  const judgeOne = (row: MetricRow | null | undefined, id: string | null, verdict: Verdict, limit: number) => {
    const figure = row?.[metric.name];
    if (typeof figure !== 'number') return verdict.unknown(id ?? undefined);
    if (!compare(figure, limit)) return;
    verdict.found({
      agent: id,
      value: figure,
      say: () => ({
        summary: `${id === null ? '' : `${id}: `}${metric.name} is ${figure} ${metric.unit}`,
        evidence: `${metric.name} ${figure} ${op} ${limit} ${metric.unit}`,
      }),
    });
  };
  return {
    name,
    severity,
    title: `${metric.name} ${op} ${value}`,
    looksAt: `the metric ${metric.name}${of}: ${op} ${value} ${metric.unit}`,
    forMs,
    keepFiringMs: 0,
    cooldownMs: 0,
    limit: value,
    unit: metric.unit,
    judge({ samples, agents }: World, verdict, limit) {
      if (samples === null) return verdict.unknown();
      if (metric.scope === 'system') return judgeOne(samples.system, null, verdict, limit);
      const ids = agent === null ? agents.keys() : agents.has(agent) ? [agent] : [];
      for (const id of ids) judgeOne(samples.agents.get(id), id, verdict, limit);
    },
  };
}
