import { cutText } from '../../protocol/index.js';
import type { Rule } from './rule.js';

/** A database could not be used and a new one was begun: what it held is missing until somebody looks. */
export const databaseSetAside: Rule = {
  name: 'database_set_aside',
  severity: 'error',
  title: 'Database set aside',
  looksAt: 'whether a database of the server was damaged and set aside since its start',
  forMs: 0,
  keepFiringMs: 0,
  cooldownMs: 0,
  limit: null,
  unit: null,
  judge({ facts: { setAside } }, { found }) {
    const [first] = setAside;
    if (first === undefined) return;
    found({
      agent: null,
      say: () => ({
        summary: 'a database could not be used and was set aside; a new one was begun',
        evidence: cutText(setAside.join('; '), 500),
      }),
    });
  },
};
