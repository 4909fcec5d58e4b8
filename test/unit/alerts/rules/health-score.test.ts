import { expect, it } from 'vitest';
import { healthScore } from '../../../../src/alerts/rules/health-score.js';
import { judge, worldOf } from '../world.js';

const at = (system_health_score: number | null) =>
  judge(healthScore, worldOf({ samples: { agents: new Map(), system: { system_health_score } } }));

it('holds beyond its limit, not at it', () => {
  expect(at(0.6).found).toEqual([]);
  const { found } = at(0.59);
  expect(found).toMatchObject([{ agent: null, value: 0.59 }]);
  expect(found[0]?.evidence).toContain('system_health_score 0.59');
});

it('is not known where it was not measured', () => {
  expect(at(null)).toMatchObject({ found: [], unknown: [null] });
  expect(judge(healthScore, worldOf({ samples: null }))).toMatchObject({ found: [], unknown: [null] });
});
