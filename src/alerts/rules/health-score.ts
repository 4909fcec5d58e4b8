import { MINUTE, type Rule } from './rule.js';

/** The health of the whole is low. */
export const healthScore: Rule = {
  name: 'health_score',
  severity: 'error',
  title: 'Health score low',
  looksAt: 'the metric system_health_score: below the limit',
  forMs: 5 * MINUTE,
  keepFiringMs: 5 * MINUTE,
  cooldownMs: 10 * MINUTE,
  limit: 0.6,
  unit: 'ratio',
  judge({ samples }, { found, unknown }, limit) {
    const score = samples?.system?.system_health_score;
    if (typeof score !== 'number') return unknown();
    if (score >= limit) return;
    found({
      agent: null,
      value: score,
      say: () => ({
        summary: `the health score is ${score}`,
        evidence: `system_health_score ${score}, limit ${limit}: mc metrics query --metric system_health_score --explain`,
      }),
    });
  },
};
