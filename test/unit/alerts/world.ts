import type { Agent } from '../../../src/protocol/index.js';
import type { ActiveRule, Facts, Finding, Rule, World } from '../../../src/alerts/rules/index.js';
import { agentOf } from '../../support/agents.js';

export const NOW = Date.parse('2026-03-01T12:00:00.000Z');
export const MINUTE = 60_000;

export const iso = (ms: number) => new Date(ms).toISOString();

/** A world in which all is well. */
export function worldOf(parts: Partial<World> = {}): World {
  return {
    now: NOW,
    agents: new Map(),
    tasks: new Map(),
    samples: { agents: new Map(), system: {} },
    facts: factsOf(),
    workOf: () => null,
    ...parts,
  };
}

export function factsOf(parts: Partial<Facts> = {}): Facts {
  return {
    watcher: { state: 'available', mode: 'native', reason: null, wanted: false },
    backups: {
      scheduled: true,
      listed: true,
      ageSeconds: 60,
      limitSeconds: 43_200,
      failure: null,
      drillFailure: null,
      damaged: [],
    },
    runtimes: { jobs: [], quotas: [], whole: true },
    ended: { completed: 10, failed: 0 },
    setAside: [],
    upMs: MINUTE,
    ...parts,
  };
}

export function agentsOf(...agents: Partial<Agent>[]): ReadonlyMap<string, Agent> {
  return new Map(agents.map((parts, at) => agentOf(parts.id ?? `a${at}`, parts)).map((agent) => [agent.id, agent]));
}

/** What a rule says of a world. */
export function judge(rule: Rule, world: World, limit = rule.limit ?? 0) {
  const found: (Omit<Finding, 'say'> & ReturnType<Finding['say']>)[] = [];
  const unknown: (string | null)[] = [];
  const wakes: number[] = [];
  rule.judge(
    world,
    {
      found: ({ say, ...finding }) => void found.push({ ...finding, ...say() }),
      unknown: (agent) => void unknown.push(agent ?? null),
      wakeIn: (ms) => void wakes.push(ms),
    },
    limit,
  );
  return { found, unknown, wakes };
}

export function active(rule: Rule, parts: Partial<ActiveRule> = {}): ActiveRule {
  return { ...rule, source: 'builtin', enabled: true, muted: false, ...parts };
}
