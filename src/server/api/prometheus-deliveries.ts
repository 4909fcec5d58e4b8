import { Counter, Gauge, type Registry } from 'prom-client';
import type { ApiContext } from './context.js';

/** What became of messages to targets, and how long what waits has waited. Returns what sets them. */
export function deliveryMetrics(registry: Registry, { delivery }: Pick<ApiContext, 'delivery'>): () => void {
  const outcomes = new Counter({
    name: 'mc_alert_deliveries_total',
    help: 'Messages to targets of alerts since the start, by what became of them',
    labelNames: ['target', 'outcome'],
    registers: [registry],
  });
  const lag = new Gauge({
    name: 'mc_alert_delivery_lag_seconds',
    help: 'How long the oldest message that waits for a target has waited; 0 when none waits',
    labelNames: ['target'],
    registers: [registry],
  });
  return () => {
    const figures = delivery.figures();
    outcomes.reset();
    lag.reset();
    for (const { target, outcome, count } of figures.outcomes) outcomes.inc({ target, outcome }, count);
    for (const { target, seconds } of figures.lags) lag.set({ target }, seconds);
  };
}
