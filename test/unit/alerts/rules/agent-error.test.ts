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

it('keeps what an agent wrote short', () => {
  const evidence = { file: 'state.json', field: 'status', value: 'x'.repeat(100_000) };
  const agents = agentsOf({ normalized_status: 'error', evidence });
  expect(judge(agentError, worldOf({ agents })).found[0]?.evidence.length).toBeLessThanOrEqual(200);
});
