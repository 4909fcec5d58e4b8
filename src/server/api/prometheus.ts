import { Counter, Gauge, Registry } from 'prom-client';
import { type Metric, METRICS, metricsOf } from '../../metrics/index.js';
import type { MetricRow } from '../../protocol/index.js';
import type { ApiContext } from './context.js';

/** Agents whose figures are told; those of more are dropped and counted, so that a scrape stays small. */
const MAX_AGENTS = 1000;

/** Answers a scrape: the fleet's latest sample by agent, the system's, and the server's own figures of this moment. */
export function createPrometheus(context: ApiContext): () => Promise<{ type: string; text: string }> {
  const fleet = new Registry();
  const own = new Registry();
  const setFleet = fleetMetrics(fleet, own);
  const setOwn = ownMetrics(own, context);
  let held = { revision: -1, text: '' };
  return async () => {
    const latest = context.latest();
    if (latest.revision !== held.revision) {
      // Held before it is made: who asks meanwhile makes no second one of the same registry.
      held = { revision: latest.revision, text: held.text };
      setFleet(latest.agents, latest.system);
      held.text = await fleet.metrics();
    }
    setOwn();
    return { type: fleet.contentType, text: `${held.text}\n${await own.metrics()}` };
  };
}

/** `mc_agent_tasks_completed_total`: units stand in the name, counters end in `_total`. */
export function prometheusName(metric: Metric): string {
  const { name, unit, kind, scope } = metric;
  const stem = kind === 'counter' ? name.replace(/^total_/, '') : name;
  const suffix = ['seconds', 'bytes', 'percent', 'ms'].includes(unit) && !stem.endsWith(unit) ? `_${unit}` : '';
  return `mc_${scope === 'agent' ? 'agent_' : ''}${stem}${suffix}${kind === 'counter' ? '_total' : ''}`;
}

type Set = (row: MetricRow, agent: string | null) => void;

function fleetMetrics(fleet: Registry, own: Registry) {
  const setters = METRICS.map((metric) => [metric, setterOf(metric, fleet)] as const);
  const dropped = new Counter({
    name: 'mc_dropped_series_total',
    help: `Series of agents beyond the first ${MAX_AGENTS} that were not told, counted at each collection`,
    registers: [own],
  });
  return (agents: ReadonlyMap<string, MetricRow>, system: MetricRow | null): void => {
    fleet.resetMetrics();
    let told = 0;
    for (const [agent, row] of agents) {
      if (told === MAX_AGENTS) break;
      told += 1;
      for (const [metric, set] of setters) if (metric.scope === 'agent') set(row, agent);
    }
    for (const [metric, set] of setters) if (metric.scope === 'system' && system) set(system, null);
    dropped.inc((agents.size - told) * metricsOf('agent').length);
  };
}

/** What was not measured has no series: in Prometheus absence is the gap. */
function setterOf(metric: Metric, fleet: Registry): Set {
  const options = {
    name: prometheusName(metric),
    help: `${metric.meaning} (${metric.unit})`,
    labelNames: metric.scope === 'agent' ? ['agent'] : [],
    registers: [fleet],
  };
  const labels = (agent: string | null): Record<string, string> => (agent === null ? {} : { agent });
  if (metric.kind === 'counter') {
    const counter = new Counter(options);
    return (row, agent) => {
      const value = row[metric.name];
      if (typeof value === 'number') counter.inc(labels(agent), value);
    };
  }
  const gauge = new Gauge(options);
  return (row, agent) => {
    const value = row[metric.name];
    if (typeof value === 'number') gauge.set(labels(agent), value);
    // Without labels a reset gauge shows 0.
    else if (agent === null) gauge.remove();
  };
}

function ownMetrics(own: Registry, { bus, hub, clock, startedAt, version }: ApiContext): () => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [own] });
  const uptime = gauge('mc_uptime_seconds', 'Time since the server became ready');
  const memory = gauge('process_resident_memory_bytes', 'Resident memory of the server');
  const clients = gauge('mc_ws_connected_clients', 'Connected WebSocket clients, now');
  const events = new Counter({
    name: 'mc_events_total',
    help: 'Events of the stream since the start',
    registers: [own],
  });
  const cpu = new Counter({ name: 'process_cpu_seconds_total', help: 'CPU time of the server', registers: [own] });
  const info = new Gauge({ name: 'mc_build_info', help: 'Version', labelNames: ['version'], registers: [own] });
  return () => {
    uptime.set(Math.max(0, clock.now() - startedAt) / 1000);
    memory.set(process.memoryUsage.rss());
    clients.set(hub.clients);
    events.reset();
    events.inc(bus.position().seq);
    const { user, system } = process.cpuUsage();
    cpu.reset();
    cpu.inc((user + system) / 1e6);
    info.set({ version }, 1);
  };
}
