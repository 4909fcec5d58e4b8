import { evidenceOf } from './agent-evidence.js';
import { type Rule, SECOND } from './rule.js';

/** An agent says that it works, and gives no sign of life. The setting staleAfter says how long it may be silent. */
export const agentStale: Rule = {
  name: 'agent_stale',
  severity: 'warning',
  title: 'Agent gives no sign of life',
  looksAt: 'the status of each agent: stale',
  forMs: 30 * SECOND,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: null,
  judge({ agents }, { found }) {
    for (const agent of agents.values()) {
      if (agent.normalized_status !== 'stale') continue;
      const seen = agent.last_active === null ? 'never seen alive' : `last sign of life ${agent.last_active}`;
      found({
        agent: agent.id,
        say: () => ({
          summary: `${agent.id} says it works but gives no sign of life`,
          evidence: `${seen}; ${evidenceOf(agent)}`,
        }),
      });
    }
  },
};
