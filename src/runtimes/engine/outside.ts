import type { RuntimeName, TokenCounts } from '../../protocol/index.js';
import type { Ledger } from '../ledger/contract.js';
import type { Stated } from '../reader.js';

const FIELDS = ['input', 'output', 'cache_read', 'cache_write'] as const;
const none = (): TokenCounts => ({ input: 0, output: 0, cache_read: 0, cache_write: 0 });

/**
 * What a session used that no line of its transcripts has (titles, summaries, suggestions): what its processes stated, without what was
 * counted, and never less than nothing. No part of any sum of usage.
 * @param stated by model
 * @param counted by model, of the session and its subagents
 */
export function outsideTranscript(
  stated: Readonly<Record<string, TokenCounts>>,
  counted: ReadonlyMap<string, TokenCounts>,
): TokenCounts {
  const outside = none();
  for (const [model, tokens] of Object.entries(stated)) {
    const known = counted.get(model) ?? none();
    for (const field of FIELDS) outside[field] += Math.max(0, tokens[field] - known[field]);
  }
  return outside;
}

/** The same of all sessions of a runtime. */
export function outsideTranscripts(runtime: RuntimeName, stated: Stated, ledger: Ledger): TokenCounts {
  const counted = new Map<string, Map<string, TokenCounts>>();
  for (const { keys, sum } of stated.size === 0 ? [] : ledger.sums({ by: ['session', 'model'], runtime })) {
    if (!keys.session || !keys.model || !stated.has(keys.session)) continue;
    const models = counted.get(keys.session) ?? new Map<string, TokenCounts>();
    counted.set(keys.session, models.set(keys.model, sum));
  }
  const all = none();
  for (const [session, models] of stated) {
    const outside = outsideTranscript(models, counted.get(session) ?? new Map());
    for (const field of FIELDS) all[field] += outside[field];
  }
  return all;
}
