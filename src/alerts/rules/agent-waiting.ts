import { type Agent, cutText, waitsForAnswer } from '../../protocol/index.js';
import { evidenceOf, heldBy } from './agent-evidence.js';
import { IN_LINE, MINUTE, type Rule } from './rule.js';

/** An agent has asked a person, and nobody has answered. */
export const agentWaiting: Rule = {
  name: 'agent_waiting',
  severity: 'warning',
  title: 'Agent waits for a person',
  looksAt: 'the status of each agent: waiting',
  forMs: 5 * MINUTE,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: null,
  judge({ agents, now }, { found }) {
    for (const agent of agents.values()) {
      if (!waitsForAnswer(agent)) continue;
      found({
        agent: agent.id,
        heldMs: heldBy(agent, now),
        say: () => ({ summary: summaryOf(agent), evidence: evidenceOf(agent) }),
      });
    }
  },
};

/** `api waits for a person: approve the release`. */
function summaryOf({ id, waiting_for: what }: Pick<Agent, 'id' | 'waiting_for'>): string {
  return `${id} waits for a person${what === null ? '' : `: ${cutText(what, IN_LINE)}`}`;
}
