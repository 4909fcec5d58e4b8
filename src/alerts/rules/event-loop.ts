import { MINUTE, type Rule } from './rule.js';

/** The server itself is slow. */
export const eventLoop: Rule = {
  name: 'event_loop_delay',
  severity: 'warning',
  title: 'Server slow',
  looksAt: 'the metric event_loop_delay_p99: above the limit',
  forMs: 3 * MINUTE,
  keepFiringMs: 3 * MINUTE,
  cooldownMs: 10 * MINUTE,
  limit: 250,
  unit: 'ms',
  judge({ samples }, { found, unknown }, limit) {
    const delay = samples?.system?.event_loop_delay_p99;
    if (typeof delay !== 'number') return unknown();
    if (delay <= limit) return;
    found({
      agent: null,
      value: Math.round(delay),
      say: () => ({
        summary: `the server answers late: its event loop is delayed by ${Math.round(delay)} ms`,
        evidence: `event_loop_delay_p99 ${Math.round(delay)} ms, limit ${limit} ms`,
      }),
    });
  },
};
