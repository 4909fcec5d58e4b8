import type { RuntimeName } from '../../protocol/index.js';
import type { ExactSum, Ledger, SessionFact, UsageDelta } from '../ledger/contract.js';
import { addSum, emptySum } from '../ledger/exact.js';

/** Sums by session and by agent as the ledger has them, in memory: they are asked for with every change. */
export interface Usage {
  ofSession(runtime: RuntimeName, session: string): ExactSum;
  /** Of all agents of a runtime that any session was ever counted for. */
  byAgent(runtime: RuntimeName): Map<string, ExactSum>;
  take(deltas: readonly UsageDelta[]): void;
  /** Says whose sessions are. */
  name(runtime: RuntimeName, facts: readonly SessionFact[]): void;
  /** Asks the ledger for all of it: after new prices, or when another process may have counted something. */
  reload(): void;
}

interface Known {
  agent: string | null;
  sum: ExactSum;
}

export function createUsage(ledger: Ledger): Usage {
  const runtimes = new Map<RuntimeName, Map<string, Known>>();
  const known = (runtime: RuntimeName, session: string): Known => {
    const sessions = runtimes.get(runtime) ?? new Map<string, Known>();
    runtimes.set(runtime, sessions);
    const found = sessions.get(session) ?? { agent: null, sum: emptySum() };
    sessions.set(session, found);
    return found;
  };
  const usage: Usage = {
    ofSession: (runtime, session) => runtimes.get(runtime)?.get(session)?.sum ?? emptySum(),
    byAgent(runtime) {
      const agents = new Map<string, ExactSum>();
      for (const { agent, sum } of runtimes.get(runtime)?.values() ?? []) {
        if (agent === null) continue;
        const total = agents.get(agent) ?? emptySum();
        addSum(total, sum);
        agents.set(agent, total);
      }
      return agents;
    },
    take(deltas) {
      for (const { runtime, session, delta } of deltas) addSum(known(runtime, session).sum, delta);
    },
    name(runtime, facts) {
      for (const { id, agent } of facts) known(runtime, id).agent = agent;
    },
    reload() {
      runtimes.clear();
      for (const { keys, sum } of ledger.sums({ by: ['runtime', 'session', 'agent'] })) {
        if (!keys.runtime || !keys.session) continue;
        const of = known(keys.runtime as RuntimeName, keys.session);
        of.agent = keys.agent ?? null;
        addSum(of.sum, sum);
      }
    },
  };
  usage.reload();
  return usage;
}
