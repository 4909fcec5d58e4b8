import { CHARTED, isSystemMetric, RANGES } from '../metric-list.js';
import type { Model } from '../model.js';
import { become, say } from '../say.js';

export const METRIC_ACTIONS = {
  'metric.next': (model: Model) => become(metric(model, 1)),
  'metric.previous': (model: Model) => become(metric(model, -1)),
  'metric.agent': (model: Model) => agent(model, 1),
  'metric.agentBack': (model: Model) => agent(model, -1),
  'metric.longer': (model: Model) => become(range(model, 1)),
  'metric.shorter': (model: Model) => become(range(model, -1)),
};

function metric(model: Model, by: 1 | -1): Model {
  const index = CHARTED.findIndex((name) => name === model.chart.metric);
  const next = CHARTED[(index + by + CHARTED.length) % CHARTED.length];
  return { ...model, chart: { ...model.chart, metric: next ?? model.chart.metric } };
}

function agent(model: Model, by: 1 | -1) {
  if (isSystemMetric(model.chart.metric))
    return say(model, `${model.chart.metric} is a figure of the system: no agent has it`, 'plain');
  const all: (string | null)[] = [null, ...[...model.data.view.agents.keys()].toSorted()];
  const next = all[(all.indexOf(model.chart.agent) + by + all.length) % all.length] ?? null;
  return become({ ...model, chart: { ...model.chart, agent: next } });
}

function range(model: Model, by: 1 | -1): Model {
  const known = (RANGES as readonly string[]).indexOf(model.chart.since);
  const index = Math.max(0, Math.min(RANGES.length - 1, (known === -1 ? 2 : known) + by));
  return { ...model, chart: { ...model.chart, since: RANGES[index] ?? '24h' } };
}
