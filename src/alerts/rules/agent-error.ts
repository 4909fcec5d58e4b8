import { evidenceOf } from './agent-evidence.js';
import { MINUTE, type Rule } from './rule.js';

/** An agent says that it is in error. */
export const agentError: Rule = {
  name: 'agent_error',
  severity: 'error',
  title: 'Agent in error',
  looksAt: 'the status of each agent: error',
  forMs: 0,
  // An agent that tries again is busy for a moment between two failures.
  keepFiringMs: MINUTE,
  cooldownMs: 0,
  limit: null,
  unit: null,
  judge({ agents }, { found }) {
    for (const agent of agents.values()) {
      if (agent.normalized_status !== 'error') continue;
      found({
        agent: agent.id,
        say: () => ({ summary: `${agent.id} is in error`, evidence: evidenceOf(agent) }),
      });
    }
  },
};
