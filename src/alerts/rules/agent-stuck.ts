import { cutText, formatDuration } from '../../protocol/index.js';
import { IN_LINE, MINUTE, type Rule } from './rule.js';

/** How long a task may take while too few of the agent's tasks are known to say what is usual for it. */
const UNUSUAL_MS = 120 * MINUTE;

/** An agent works on one task for longer than nearly all of its tasks take. */
export const agentStuck: Rule = {
  name: 'agent_stuck',
  severity: 'warning',
  title: 'Agent stuck on a task',
  looksAt:
    'how long each agent works on one task: longer than 95 % of its own tasks took, and than the limit; 2 hours while fewer than 5 of its tasks are known',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: 1800,
  unit: 'seconds',
  judge({ agents, workOf }, { found, wakeIn }, limit) {
    for (const { id, normalized_status: status } of agents.values()) {
      if (status !== 'busy' && status !== 'active') continue;
      const work = workOf(id);
      if (work === null) continue;
      const { task, source, ms, p95Ms } = work;
      const limitMs = Math.max(limit * 1000, p95Ms ?? UNUSUAL_MS);
      if (ms <= limitMs) {
        wakeIn(limitMs - ms + 1);
        continue;
      }
      const usual =
        p95Ms === null ? 'too few of its tasks are known' : `95 % of its tasks took up to ${formatDuration(p95Ms)}`;
      found({
        agent: id,
        value: Math.round(ms / 1000),
        limit: Math.round(limitMs / 1000),
        say: () => ({
          summary: `${id} has worked on one task for ${formatDuration(ms)}: ${cutText(task, IN_LINE)}`,
          evidence: `${source} names the task; ${usual}`,
        }),
      });
    }
  },
};
