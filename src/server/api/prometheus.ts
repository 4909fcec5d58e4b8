import { Counter, Gauge, Registry } from 'prom-client';
import { isAhead, listAgents, listMetrics, type MetricRow, type NamedMetric } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { alertMetrics } from './prometheus-alerts.js';
import { deliveryMetrics } from './prometheus-deliveries.js';

/** Agents whose figures are shown; those of more are dropped and counted, so that a scrape stays small. */
const MAX_AGENTS = 1000;
/** Samples of what the server shows of itself at each scrape, under a name that Prometheus knows. */
const READ_LIVE: readonly string[] = ['rss', 'ws_clients'];

/** Answers a scrape: the fleet's latest sample by agent, the system's, and the figures of this moment. */
export function createPrometheus(context: ApiContext): () => Promise<{ type: string; text: string }> {
  const fleet = new Registry();
  const signs = new Registry();
  const own = new Registry();
  const setOwn = ownMetrics(own, context);
  const setAlerts = alertMetrics(own, context);
  const setDeliveries = deliveryMetrics(own, context);
  const fleetText = held(fleet, fleetMetrics(fleet, own));
  const signsText = held(signs, agentSigns(signs));
  return async () => {
    const latest = context.lastRows();
    const agents = context.feed.revision('agents');
    const texts = [
      await fleetText(latest.revision, () => [latest.agents, latest.system]),
      await signsText(agents, () => [listAgents(context.feed.snapshot), context.clock.now()]),
    ];
    setOwn();
    setAlerts();
    setDeliveries();
    return { type: fleet.contentType, text: [...texts, await own.metrics()].join('\n') };
  };
}

/** `mc_agent_tasks_completed_total`: base units stand in the name, counters end in `_total`. */
function prometheusName(metric: NamedMetric): string {
  const { name, kind, scope } = metric;
  const unit = metric.unit === 'ms' ? 'seconds' : metric.unit;
  const stem = kind === 'counter' ? name.replace(/^total_/, '') : name;
  const suffix = ['seconds', 'bytes', 'percent'].includes(unit) && !stem.endsWith(unit) ? `_${unit}` : '';
  return `mc_${scope === 'agent' ? 'agent_' : ''}${stem}${suffix}${kind === 'counter' ? '_total' : ''}`;
}

/** The name of an agent as a label: directories may be called anything, and some scrapers print what they read. */
function agentLabel(agent: string): string {
  return agent.replaceAll(
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The text of a registry, made again when the revision of what it shows is another. */
function held<T extends unknown[]>(registry: Registry, set: (...facts: T) => void) {
  let revision = -1;
  let text = Promise.resolve('');
  return (now: number, facts: () => T): Promise<string> => {
    if (now === revision) return text;
    revision = now;
    set(...facts());
    text = registry.metrics();
    return text;
  };
}

type Set = (row: MetricRow, agent: string | null) => void;

function fleetMetrics(fleet: Registry, own: Registry) {
  const ofAgents = listMetrics('agent');
  const collected = [...ofAgents, ...listMetrics('system')].filter(({ name }) => !READ_LIVE.includes(name));
  const setters = collected.map((metric) => [metric, setterOf(metric, fleet)] as const);
  const dropped = new Counter({
    name: 'mc_dropped_series_total',
    help: `Series of agents beyond the first ${MAX_AGENTS} that were left out, counted at each collection`,
    registers: [own],
  });
  return (agents: ReadonlyMap<string, MetricRow>, system: MetricRow | null): void => {
    fleet.resetMetrics();
    const labels = new Map<string, MetricRow>();
    for (const [agent, row] of agents) {
      if (labels.size === MAX_AGENTS) break;
      labels.set(agentLabel(agent), row);
    }
    for (const [label, row] of labels) {
      for (const [metric, set] of setters) if (metric.scope === 'agent') set(row, label);
    }
    for (const [metric, set] of setters) if (metric.scope === 'system' && system) set(system, null);
    dropped.inc((agents.size - labels.size) * ofAgents.length);
  };
}

/** What an alert on a silent agent needs: its status, and when it last gave a sign. */
function agentSigns(signs: Registry) {
  const status = new Gauge({
    name: 'mc_agent_status',
    help: 'The normalised status of an agent: 1 for the one it is in',
    labelNames: ['agent', 'status'],
    registers: [signs],
  });
  const lastSeen = new Gauge({
    name: 'mc_agent_last_seen_timestamp_seconds',
    help: 'When an agent last gave a sign; none for a time ahead of the clock',
    labelNames: ['agent'],
    registers: [signs],
  });
  return (agents: ReturnType<typeof listAgents>, now: number): void => {
    signs.resetMetrics();
    for (const agent of agents.slice(0, MAX_AGENTS)) {
      const label = agentLabel(agent.id);
      status.set({ agent: label, status: agent.normalized_status }, 1);
      const seen = agent.last_active === null ? Number.NaN : Date.parse(agent.last_active);
      if (!isAhead(seen, now)) lastSeen.set({ agent: label }, seen / 1000);
    }
  };
}

/** What was not measured has no series: in Prometheus absence is the gap. */
function setterOf(metric: NamedMetric, fleet: Registry): Set {
  const inSeconds = metric.unit === 'ms';
  const options = {
    name: prometheusName(metric),
    help: `${metric.meaning} (${inSeconds ? 'seconds' : metric.unit})`,
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
    if (typeof value === 'number') gauge.set(labels(agent), inSeconds ? value / 1000 : value);
    // Without labels a reset gauge shows 0.
    else if (agent === null) gauge.remove();
  };
}

function ownMetrics(own: Registry, { bus, hub, clock, startedAt, version }: ApiContext): () => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [own] });
  const uptime = gauge('mc_uptime_seconds', 'Time since the server became ready');
  const memory = gauge('process_resident_memory_bytes', 'Resident memory of the server');
  const clients = gauge('mc_ws_clients', 'Connected WebSocket clients, now');
  const events = new Counter({
    name: 'mc_events_total',
    help: 'Events of the stream since the start',
    registers: [own],
  });
  const cpu = new Counter({ name: 'process_cpu_seconds_total', help: 'CPU time of the server', registers: [own] });
  const info = new Gauge({
    name: 'mc_build_info',
    help: 'Versions of mc and of Node.js',
    labelNames: ['version', 'node'],
    registers: [own],
  });
  return () => {
    uptime.set(Math.max(0, clock.now() - startedAt) / 1000);
    memory.set(process.memoryUsage.rss());
    clients.set(hub.clients);
    events.reset();
    events.inc(bus.position().seq);
    const { user, system } = process.cpuUsage();
    cpu.reset();
    cpu.inc((user + system) / 1e6);
    info.set({ version, node: process.version }, 1);
  };
}
