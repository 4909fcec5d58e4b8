import { type Agent, cutText, type Task } from '../../protocol/index.js';
import { evidenceOf } from './agent-evidence.js';
import { IN_LINE, MINUTE, type Rule, type World } from './rule.js';

/** An agent is offline and leaves work behind: one that ended its work before it went is expected to be offline. */
export const agentOffline: Rule = {
  name: 'agent_offline',
  severity: 'error',
  title: 'Agent offline with work in progress',
  looksAt: 'the status of each agent: offline, while a task of its own or one assigned to it is in progress',
  forMs: MINUTE,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: null,
  judge(world, { found }) {
    let assigned: ReadonlyMap<string, Task> | null = null;
    for (const agent of world.agents.values()) {
      if (agent.normalized_status !== 'offline') continue;
      assigned ??= inProgress(world);
      const left = workLeft(agent, assigned);
      if (left === null) continue;
      found({
        agent: agent.id,
        say: () => ({
          summary: `${agent.id} is offline and leaves work behind: ${cutText(left.title, IN_LINE)}`,
          evidence: `${evidenceOf(agent)}; ${left.source} has the task in progress`,
        }),
      });
    }
  },
};

function workLeft(agent: Agent, assigned: ReadonlyMap<string, Task>): { title: string; source: string } | null {
  const own = agent.tasks.find(({ status }) => status === 'in_progress');
  if (own) return own;
  const task = assigned.get(agent.id.toLowerCase());
  return task ? { title: task.text, source: task.source } : null;
}

/** A task in progress of each assignee. */
function inProgress({ tasks }: World): Map<string, Task> {
  const found = new Map<string, Task>();
  for (const list of tasks.values()) {
    for (const task of list) {
      if (task.status === 'in_progress' && task.assignee !== null) found.set(task.assignee.toLowerCase(), task);
    }
  }
  return found;
}
