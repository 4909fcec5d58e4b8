import { expect, it } from 'vitest';
import { agentError } from '../../../../src/alerts/rules/agent-error.js';
import { agentsOf, judge, worldOf } from '../world.js';

it('finds each agent in error, with the place of the word', () => {
  const evidence = { file: 'state.json', field: 'status', value: 'failed' };
  const agents = agentsOf(
    { id: 'api', normalized_status: 'error', evidence },
    { id: 'old', normalized_status: 'error', status: 'blocked' },
    { id: 'fine', normalized_status: 'busy' },
  );
  expect(judge(agentError, worldOf({ agents })).found).toEqual([
    { agent: 'api', summary: 'api is in error', evidence: 'state.json status: failed' },
    { agent: 'old', summary: 'old is in error', evidence: 'its word is blocked' },
  ]);
});

it.each([
  [{ error: '401, the key\nhas expired', message: 'later' }, 'api is in error: 401, the key has expired'],
  [{ error: { code: 401, message: 'the key has expired' } }, 'api is in error: the key has expired'],
  [{ error: null, last_error: '  ', message: 'asks for Maria' }, 'api is in error: asks for Maria'],
  [{ error: true, blocked_on: 'the deploy' }, 'api is in error: the deploy'],
  [{ error: ['a list'] }, 'api is in error'],
  [[], 'api is in error'],
  [null, 'api is in error'],
])('says why, where the state %j says so', (state, summary) => {
  const agents = agentsOf({ id: 'api', normalized_status: 'error', state });
  expect(judge(agentError, worldOf({ agents })).found[0]?.summary).toBe(summary);
});

it('looks at no more of a reason than it shows', () => {
  const agents = agentsOf({ id: 'api', normalized_status: 'error', state: { error: ' x'.repeat(5_000_000) } });
  expect(judge(agentError, worldOf({ agents })).found[0]?.summary.length).toBeLessThanOrEqual(230);
});

it('keeps what an agent wrote short', () => {
  const evidence = { file: 'state.json', field: 'status', value: 'x'.repeat(100_000) };
  const agents = agentsOf({ normalized_status: 'error', evidence });
  expect(judge(agentError, worldOf({ agents })).found[0]?.evidence.length).toBeLessThanOrEqual(200);
});
