import { listMetrics, type MetricScope, type MetricUnit, type NamedMetric } from '../../protocol/index.js';

/** A metric of the catalogue, and how the database holds it. */
export interface Metric extends NamedMetric {
  /** The database holds value × scale, as an integer wherever that is one: integers add up exactly and are short. */
  scale: number;
}

const SCALES: Record<MetricUnit, number> = {
  agents: 1,
  tasks: 1,
  messages: 1,
  clients: 1,
  bytes: 1,
  'events/min': 1000,
  seconds: 1000,
  ms: 1000,
  percent: 1000,
  ratio: 1e6,
};

const BY_SCOPE: Record<MetricScope, readonly Metric[]> = { agent: metricsIn('agent'), system: metricsIn('system') };

/** Every metric that is stored, agents' first. */
export const STORED_METRICS: readonly Metric[] = [...BY_SCOPE.agent, ...BY_SCOPE.system];

const BY_NAME = new Map<string, Metric>(STORED_METRICS.map((metric) => [metric.name, metric]));

/** The metrics of one scope, in the order of a sample's values. */
export function metricsOf(scope: MetricScope): readonly Metric[] {
  return BY_SCOPE[scope];
}

/** The metric of that name, or undefined. */
export function findMetric(name: string): Metric | undefined {
  return BY_NAME.get(name);
}

/** A value as the database holds it; what is not a finite number was not measured: null. */
export function encodeValue(metric: Metric, value: number | null | undefined): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return metric.scale === 1 ? value : Math.round(value * metric.scale);
}

/** A stored value in the metric's unit. */
export function decodeValue(metric: Metric, stored: number | null | undefined): number | null {
  return stored === null || stored === undefined ? null : stored / metric.scale;
}

function metricsIn(scope: MetricScope): readonly Metric[] {
  return listMetrics(scope).map((metric) => ({ ...metric, scale: SCALES[metric.unit] }));
}
