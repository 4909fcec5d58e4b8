import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type WorkspaceLayout, workspaceLayout } from '../../src/base/index.js';
import { silentLog } from '../../src/base/log.js';
import { type Bus, createBus } from '../../src/bus/index.js';
import {
  createMetricsService,
  type MetricsOptions,
  type MetricsService,
  type MetricsSettings,
  type ReadName,
  type Reads,
} from '../../src/metrics/index.js';
import { openWriter } from '../../src/metrics/store/database.js';
import { migrate } from '../../src/metrics/store/migrations.js';
import { metricsOf } from '../../src/metrics/store/registry.js';
import { createStore, type Store, type Values } from '../../src/metrics/store/store.js';
import {
  type Agent,
  agentStatusData,
  applyEvent,
  emptySnapshot,
  type EventDraft,
  type Snapshot,
} from '../../src/protocol/index.js';
import { agentOf, type Known } from './agents.js';

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
/** A whole UTC day begins here. */
export const T0 = Date.UTC(2026, 2, 2);

export const SETTINGS: MetricsSettings = {
  collectInterval: MINUTE,
  retainRaw: 14 * DAY,
  retainMinutes: 90 * DAY,
  retainHours: 730 * DAY,
  retainEvents: 90 * DAY,
};

/** A clock that stands until it is moved. */
export interface HandClock extends Clock {
  at: number;
  move(ms: number): void;
}

export function handClock(at = T0): HandClock {
  return {
    at,
    now() {
      return this.at;
    },
    move(ms) {
      this.at += ms;
    },
  };
}

/** A store of the present layout in a new file. */
export function newStore(directory: string): Store {
  const db = openWriter(join(directory, 'metrics.db'));
  migrate(db);
  return createStore(db);
}

/** Values of an agent or the system by name; the rest was not measured. */
function valuesOf(scope: 'agent' | 'system', figures: Record<string, number | null>): Values {
  return metricsOf(scope).map(({ name }) => figures[name] ?? null);
}

/** Writes one collection of agents' figures. */
export function collectInto(store: Store, t: number, agents: Record<string, Record<string, number | null>>): void {
  const samples = Object.entries(agents).map(([agent, figures]) => ({ agent, values: valuesOf('agent', figures) }));
  store.writeCollection({ t, agents: samples, system: valuesOf('system', {}), observed: [] }, MINUTE, null);
}

/** An idle agent whose state.json says so. */
export function newAgent(id: string, changes: Known = {}): Agent {
  const evidence = { file: 'state.json', field: 'status', value: 'idle' };
  return agentOf(id, { status: 'idle', normalized_status: 'idle', evidence, state: {}, ...changes });
}

/** Tasks as an agent's state.json names them. */
export function tasksNamed(...titles: string[]): Agent['tasks'] {
  return titles.map((title) => ({
    source: 'state.json',
    id: null,
    title,
    status: null,
    started_at: null,
    priority: null,
  }));
}

/** A workspace layout with a copy of the fixture's old database. */
export function officeDatabase(directory: string): WorkspaceLayout {
  const layout = workspaceLayout(directory);
  mkdirSync(layout.data, { recursive: true });
  cpSync(join(import.meta.dirname, '../fixtures/office/mission-control/backend/data/metrics.db'), layout.database);
  return layout;
}

/** A metrics service over a hand-moved clock, a bus and a snapshot, as the server's feed joins them. */
export function newRig(directory: string, changes: Partial<MetricsOptions> = {}) {
  const clock = handClock();
  const snapshot: Snapshot = emptySnapshot();
  const bus: Bus = createBus({
    epoch: 'test',
    onSubscriberError: (error) => {
      throw error;
    },
  });
  const published: EventDraft[] = [];
  const publish = (drafts: EventDraft[]) => {
    for (const draft of drafts) {
      published.push(draft);
      applyEvent(snapshot, draft);
      bus.publish(draft);
    }
  };
  const layout = workspaceLayout(directory);
  const service = createMetricsService({
    layout,
    snapshot,
    bus,
    publish,
    clock,
    monotonic: () => (changes.clock ?? clock).now(),
    settings: SETTINGS,
    log: silentLog(),
    probes: { wsClients: () => 3 },
    ...changes,
  });
  /** The agent is like this from now on. */
  const become = (agent: Agent) => {
    const held = snapshot.agents.get(agent.id);
    publish([{ type: 'agent_status', at: clock.now(), data: agentStatusData(agent, held) }]);
  };
  return {
    service: Object.assign(service, questionsTo(service)),
    clock,
    snapshot,
    bus,
    publish,
    published,
    become,
    layout,
  };
}

/** Answers of a service as values. */
function questionsTo(service: MetricsService) {
  const ask = async <K extends ReadName>(name: K, input: Reads[K]['input']) =>
    JSON.parse(Buffer.from(await service.answer(name, input)).toString('utf8')) as Reads[K]['answer'];
  return {
    query: async (input: Reads['query']['input']) => ask('query', input),
    events: async (input: Reads['events']['input']) => ask('events', input),
  };
}
