import { join } from 'node:path';
import {
  type AlertsOutlet,
  type AlertsService,
  type Facts,
  openAlertsFile,
  startAlerts,
} from '../../../src/alerts/index.js';
import { silentLog } from '../../../src/base/log.js';
import { type Bus, createBus } from '../../../src/bus/index.js';
import {
  type Agent,
  type Alert,
  agentStatusData,
  applyEvent,
  type EventDraft,
  emptySnapshot,
  type Notification,
  type Snapshot,
} from '../../../src/protocol/index.js';
import { agentOf } from '../../support/agents.js';
import { factsOf, NOW } from '../../unit/alerts/world.js';

/** A watch for alerts over a bus and a snapshot that the test moves, with real files and clocks of the test's. */
export interface Stand {
  alerts: AlertsService;
  bus: Bus;
  snapshot: Snapshot;
  facts: Facts;
  /** Every alert that went onto the stream, in order. */
  told: Alert[];
  /** What listeners of the bus threw. */
  failures: unknown[];
  notifications: Notification[];
  agent(id: string, parts?: Partial<Agent>): void;
  publish(draft: EventDraft): void;
  /** Lets time pass. */
  pass(ms: number): void;
}

export interface StandOptions {
  /** Where the database and the rules lie; null: nowhere. */
  directory: string | null;
  clock?: { now: number; at: number };
  outlet?: AlertsOutlet;
  facts?: Partial<Facts>;
  onFailure?: (error: unknown) => void;
  /** Agents that are there at the start. */
  agents?: Record<string, Partial<Agent>>;
}

export async function startStand(options: StandOptions): Promise<Stand> {
  const { directory, clock = { now: NOW, at: 0 } } = options;
  const snapshot = emptySnapshot();
  for (const [id, parts] of Object.entries(options.agents ?? {})) snapshot.agents.set(id, agentOf(id, parts));
  const failures: unknown[] = [];
  const bus = createBus({ epoch: 'e', onSubscriberError: (error) => failures.push(error) });
  const publish = (draft: EventDraft) => {
    applyEvent(snapshot, draft);
    bus.publish(draft);
  };
  const stand: Omit<Stand, 'alerts'> = {
    bus,
    snapshot,
    facts: factsOf(options.facts),
    told: [],
    failures,
    notifications: [],
    publish,
    agent(id, parts = {}) {
      const data = agentStatusData(agentOf(id, parts), snapshot.agents.get(id));
      publish({ type: 'agent_status', data, at: clock.now });
    },
    pass(ms) {
      clock.now += ms;
      clock.at += ms;
    },
  };
  bus.subscribe(({ event }) => {
    if (event.type === 'alert') stand.told.push(event.data);
    if (event.type === 'notification') stand.notifications.push(event.data);
  });
  let id = 0;
  const alerts = await startAlerts({
    database: directory === null ? null : join(directory, 'state', 'alerts.db'),
    file: openAlertsFile(directory === null ? null : join(directory, 'alerts.json'), () => performance.now()),
    snapshot,
    bus,
    publish: (drafts) => drafts.forEach(publish),
    restore: (draft) => applyEvent(snapshot, draft),
    facts: () => stand.facts,
    latest: () => ({ agents: new Map(), system: null, timestamp: null }),
    collectInterval: 1000,
    clock: { now: () => clock.now },
    monotonic: () => clock.at,
    log: silentLog(),
    newId: () => `id-${(id += 1)}`,
    ...(options.outlet ? { outlet: options.outlet } : {}),
    ...(options.onFailure ? { onFailure: options.onFailure } : {}),
  });
  return Object.assign(stand, { alerts });
}
