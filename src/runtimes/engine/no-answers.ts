import { RUNTIME_NAMES } from '../../protocol/index.js';
import { emptySum, usageSumOf } from '../ledger/exact.js';
import type { Questions } from './questions.js';

/** What is answered where no runtime is read: that there is nothing. */
export function noAnswers(): { [Q in Exclude<keyof Questions, 'look' | 'close'>]: ReturnType<Questions[Q]> } {
  const backfill = { done_bytes: 0, total_bytes: 0 };
  const total = usageSumOf(emptySum());
  const summary = { total: 0, working: 0, waiting: 0, idle: 0, error: 0, gone: 0, unknown: 0 };
  const disabled = { roots: [], files: 0, bytes: 0, versions: [], lag_ms: 0, backfill, warnings: [] };
  return {
    sessions: { sessions: [], summary },
    session: null,
    usage: { since: null, until: null, groups: [], total, cost_basis: null, unpriced_models: [], backfill },
    cron: { jobs: [] },
    runtimes: {
      runtimes: RUNTIME_NAMES.map((runtime) => ({ runtime, state: 'disabled', ...disabled })),
      quotas: [],
      faults: [],
    },
    reconcile: { accounts: [], total, differences: [], backfill },
  };
}
