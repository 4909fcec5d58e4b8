import { countStatuses, type Snapshot } from '../../protocol/index.js';
import type { FleetEnds } from './fleet-endings.js';
import { type BackupFacts, type Health, scoreHealth } from './health.js';
import type { MachineFacts, Probes } from './probes.js';
import type { Recorder } from './recorder.js';
import { sampleAgent, sampleSystem, sampleValues } from './sample.js';
import type { Collection, Values } from '../store/store.js';

/** What a collection stands on. */
export interface Sources {
  snapshot: Snapshot;
  recorder: Pick<Recorder, 'observer' | 'queue' | 'takeCount'>;
  ends: FleetEnds;
  probes: Probes;
}

export interface Moment {
  /** The time that the samples bear. */
  t: number;
  /** This run and the one before were on time. */
  onTime: boolean;
  /** When events were counted last; null: never. */
  countedSince: number | null;
  machine: MachineFacts;
  backup: BackupFacts;
}

export interface Gathered {
  collection: Collection;
  health: Health;
  /** Agents whose figures could not be made, with the reason. */
  failures: { agent: string; error: unknown }[];
}

/** Reads every figure off the state in memory. One agent that cannot be sampled leaves a gap of its own. */
export function gather(sources: Sources, moment: Moment): Gathered {
  const { snapshot, recorder, ends } = sources;
  const agents: Collection['agents'] = [];
  const observed: Collection['observed'] = [];
  const failures: Gathered['failures'] = [];
  const breaks = recorder.observer.takeBreaks();
  for (const { agent } of breaks) ends.forget(agent);
  for (const agent of snapshot.agents.values()) {
    try {
      const seen = recorder.observer.figures(agent.id, moment.t);
      const figures = sampleAgent(agent, seen);
      ends.observe(agent.id, figures.tasks_completed, figures.tasks_failed, moment.t);
      agents.push({ agent: agent.id, values: sampleValues('agent', figures) });
      if (seen) observed.push({ agent: agent.id, totals: seen });
    } catch (error) {
      failures.push({ agent: agent.id, error });
    }
  }
  const { health, system } = gatherSystem(sources, moment);
  return { collection: { t: moment.t, agents, system, observed, breaks }, health, failures };
}

function gatherSystem(sources: Sources, moment: Moment): { health: Health; system: Values } {
  const { snapshot, recorder, ends, probes } = sources;
  const health = scoreHealth({
    counts: countStatuses(snapshot.agents.values()),
    ended: ends.lastHour(moment.t),
    watcherAlive: probes.watcherAlive?.() ?? true,
    collectionOnTime: moment.onTime,
    backup: moment.backup,
  });
  const wait = recorder.queue.meanWait(moment.t);
  const system = sampleSystem(snapshot, {
    ...moment.machine,
    system_health_score: health.score,
    avg_response_time: wait === null ? null : wait / 1000,
    events_per_minute: perMinute(recorder.takeCount(), moment),
    ws_clients: probes.wsClients(),
    backup_age_seconds: moment.backup.age,
  });
  return { health, system: sampleValues('system', system) };
}

/** Over less than a second nothing can be said of a minute. */
function perMinute(events: number, { t, countedSince }: Moment): number | null {
  const passed = countedSince === null ? 0 : t - countedSince;
  return passed < 1000 ? null : (events * 60_000) / passed;
}
