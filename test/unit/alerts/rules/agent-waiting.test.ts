import { expect, it } from 'vitest';
import { agentWaiting } from '../../../../src/alerts/rules/agent-waiting.js';
import type { AgentStatus } from '../../../../src/protocol/index.js';
import { agentsOf, iso, judge, MINUTE, NOW, worldOf } from '../world.js';

const waiting = 'waiting' as AgentStatus;

it('counts from the time that its files tell', () => {
  const agents = agentsOf({ id: 'a', normalized_status: waiting, since: iso(NOW - 7 * MINUTE) }, { id: 'b' });
  expect(judge(agentWaiting, worldOf({ agents })).found).toMatchObject([{ agent: 'a', heldMs: 7 * MINUTE }]);
  expect(agentWaiting.forMs).toBe(5 * MINUTE);
});

it('believes no time of the future', () => {
  const agents = agentsOf({ normalized_status: waiting, since: iso(NOW + 60 * MINUTE) });
  expect(judge(agentWaiting, worldOf({ agents })).found).toMatchObject([{ heldMs: 0 }]);
});

it('leaves alone whose turn is over: nobody owes it an answer', () => {
  const evidence = { source: 'registry', file: null, field: null, value: null } as const;
  const live = (reason: string) => ({ status: 'waiting', reason, detail: null, since: null, evidence }) as const;
  const agents = agentsOf(
    { id: 'done', normalized_status: waiting, live: live('turn_ended') },
    { id: 'asks', normalized_status: waiting, live: live('permission') },
  );
  expect(judge(agentWaiting, worldOf({ agents })).found).toMatchObject([{ agent: 'asks' }]);
});
