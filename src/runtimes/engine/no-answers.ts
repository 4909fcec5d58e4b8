import { RUNTIME_NAMES, type RuntimeName } from '../../protocol/index.js';
import { emptySum, usageSumOf } from '../ledger/exact.js';
import type { Questions } from './questions.js';

/** What people ask. */
export type Question = Exclude<keyof Questions, 'look' | 'close'>;

/** What is answered where no runtime has records: that there is nothing. `looked`: those that records were looked for of. */
export function noAnswers(looked: readonly RuntimeName[]): { [Q in Question]: ReturnType<Questions[Q]> } {
  const backfill = { done_bytes: 0, total_bytes: 0 };
  const total = usageSumOf(emptySum());
  const summary = { total: 0, working: 0, waiting: 0, idle: 0, error: 0, gone: 0, unknown: 0 };
  const state = (runtime: RuntimeName) => (looked.includes(runtime) ? ('absent' as const) : ('disabled' as const));
  const nothing = { roots: [], files: 0, bytes: 0, versions: [], lag_ms: 0, backfill, warnings: [] };
  return {
    sessions: { sessions: [], summary },
    session: null,
    usage: { since: null, until: null, groups: [], total, cost_basis: null, unpriced_models: [], backfill },
    cron: { jobs: [] },
    runtimes: {
      runtimes: RUNTIME_NAMES.map((runtime) => ({ runtime, state: state(runtime), ...nothing })),
      quotas: [],
      faults: [],
    },
    reconcile: { accounts: [], total, differences: [], backfill },
  };
}
