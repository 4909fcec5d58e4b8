import { expect, it } from 'vitest';
import { agentOffline } from '../../../../src/alerts/rules/agent-offline.js';
import { taskOf } from './tasks.js';
import { agentsOf, judge, worldOf } from '../world.js';

const own = {
  source: 'state.json',
  id: null,
  title: 'Dig',
  status: 'in_progress' as const,
  started_at: null,
  priority: null,
};

it('finds who left work behind: of its own, or assigned to it', () => {
  const agents = agentsOf(
    { id: 'own', normalized_status: 'offline', tasks: [own] },
    { id: 'Assigned', normalized_status: 'offline' },
    { id: 'done', normalized_status: 'offline', tasks: [{ ...own, status: 'completed' }] },
    { id: 'here', normalized_status: 'busy', tasks: [own] },
  );
  const list = [taskOf({ status: 'in_progress', assignee: 'assigned', text: 'Fill' }), taskOf({ assignee: 'done' })];
  const { found } = judge(agentOffline, worldOf({ agents, tasks: new Map([['PENDING_TASKS.md', list]]) }));
  expect(found.map(({ agent, summary }) => [agent, summary])).toEqual([
    ['own', 'own is offline and leaves work behind: Dig'],
    ['Assigned', 'Assigned is offline and leaves work behind: Fill'],
  ]);
});
