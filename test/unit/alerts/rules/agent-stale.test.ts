import { expect, it } from 'vitest';
import { agentStale } from '../../../../src/alerts/rules/agent-stale.js';
import { agentsOf, iso, judge, NOW, worldOf } from '../world.js';

it('finds agents that say they work and are silent', () => {
  const agents = agentsOf(
    { id: 'a', normalized_status: 'stale', last_active: iso(NOW), status: 'busy' },
    { id: 'b', normalized_status: 'offline' },
  );
  expect(judge(agentStale, worldOf({ agents })).found).toEqual([
    {
      agent: 'a',
      summary: 'a says it works but gives no sign of life',
      evidence: `last sign of life ${iso(NOW)}; its word is busy`,
    },
  ]);
});
