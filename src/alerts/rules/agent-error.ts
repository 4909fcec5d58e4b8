import { type Agent, clip, fieldOf, textFrom } from '../../protocol/index.js';
import { evidenceOf } from './agent-evidence.js';
import { IN_LINE, MINUTE, type Rule } from './rule.js';

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
        say: () => ({ summary: summaryOf(agent), evidence: evidenceOf(agent) }),
      });
    }
  },
};

/** Where a state.json says why, the first one that does counts: a text, or an object with a message. */
const REASONS = ['error', 'last_error', 'message', 'blocked_on'] as const;

/** `api is in error: 401, the key has expired`. */
function summaryOf({ id, state }: Pick<Agent, 'id' | 'state'>): string {
  for (const name of REASONS) {
    const said = fieldOf(state, name);
    const line = clip(textFrom(said) ?? textFrom(fieldOf(said, 'message')) ?? '', IN_LINE);
    if (line !== '') return `${id} is in error: ${line}`;
  }
  return `${id} is in error`;
}
