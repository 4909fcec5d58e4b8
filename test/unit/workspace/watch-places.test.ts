import { describe, expect, it } from 'vitest';
import { agentPlaces, branchOf, nounKey, nounOf, trunkPlaces } from '../../../src/workspace/watch/places.js';

const { root, agents, 'mission-control': missionControl } = trunkPlaces('/w');
const [agent, memory, tasks] = agentPlaces('/w', 'a b') as [typeof root, typeof root, typeof root];

describe('nounOf', () => {
  it.each([
    [root, 'PENDING_TASKS.md', 'tasks:PENDING_TASKS.md'],
    [root, 'README.md', null],
    [missionControl, 'current_office_state.json', 'office'],
    [missionControl, 'TASK_QUEUE.json', 'tasks:mission-control/TASK_QUEUE.json'],
    [missionControl, 'README.md', 'file:mission-control/README.md'],
    [agents, 'README.md', 'file:mission-control/agents/README.md'],
    [agent, 'state.json', 'agent:a b'],
    [agent, 'HEARTBEAT.md', 'agent:a b'],
    [agent, 'nested-state.json', 'file:mission-control/agents/a b/nested-state.json'],
    [agent, 'state.json.tmp', null],
    [agent, 'state.json.tmp.4711', null],
    [agent, 'state.json~', null],
    [agent, '.state.json.0123456789ab.mc-tmp', null],
    [agent, '.env', null],
    [agent, '#state.json#', null],
    [agent, '4913', null],
    [memory, 'a.md', 'agent:a b'],
    [memory, 'a.txt', 'file:mission-control/agents/a b/memory/a.txt'],
    [tasks, 'a.json', 'agent:a b'],
    [tasks, 'a.md', 'file:mission-control/agents/a b/tasks/a.md'],
  ])('%o %s', (place, name, key) => {
    const noun = nounOf(place, name);
    expect(noun && nounKey(noun)).toBe(key);
  });
});

describe('branchOf', () => {
  it.each([
    [root, 'mission-control', 'mission-control'],
    [root, 'agents', null],
    [missionControl, 'agents', 'agents'],
    [missionControl, 'backups', null],
    [agents, 'one', 'agent:one'],
    [agents, '.git', null],
    [agent, 'memory', 'agent:a b'],
    [agent, 'data', null],
    [memory, 'memory', null],
  ])('%o %s', (place, name, branch) => {
    expect(branchOf(place, name)).toBe(branch);
  });
});
