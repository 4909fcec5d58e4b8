import { Gauge, type Registry } from 'prom-client';
import type { AlertRule } from '../../protocol/index.js';
import type { ApiContext } from './context.js';

/**
 * How many alerts of each rule fire and are about to, zeros included: two series for each rule that is switched on. Returns
 * what sets them; while nobody watches for alerts there are none.
 */
export function alertMetrics(registry: Registry, { alerts }: Pick<ApiContext, 'alerts'>): () => void {
  const gauge = new Gauge({
    name: 'mc_alerts',
    help: 'Alerts of a rule, by whether they fire or are about to',
    labelNames: ['rule', 'severity', 'state'],
    registers: [registry],
  });
  return () => {
    gauge.reset();
    for (const { name: rule, severity, enabled, pending, firing } of rowsOf(alerts)) {
      if (!enabled) continue;
      gauge.set({ rule, severity, state: 'pending' }, pending);
      gauge.set({ rule, severity, state: 'firing' }, firing);
    }
  };
}

function rowsOf(alerts: ApiContext['alerts']): AlertRule[] {
  try {
    return alerts().rows();
  } catch {
    // The watch has failed and is started again: health says so, and a scrape goes on without it.
    return [];
  }
}
