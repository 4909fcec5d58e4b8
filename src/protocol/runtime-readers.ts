/** Answers about runtimes as they may come from a server of another version; see `readers.ts`. */
import { fieldOf, listFrom, numberFrom, textFrom, textsFrom } from './loose.js';
import {
  type Backfill,
  COST_BASES,
  LIVE_STATUSES,
  type LiveEvidence,
  type Quota,
  RUNTIME_STATES,
  type RuntimeReport,
  type Session,
  type UsageAnswer,
  type UsageGroup,
  type UsageKey,
  type UsageSum,
} from './runtimes.js';

/** A session as an answer has it. */
export interface LooseSession
  extends Pick<Session, 'id' | 'title' | 'model' | 'context_tokens' | 'context_limit' | 'last_at' | 'usage'> {
  live: Pick<Session['live'], 'status' | 'reason' | 'detail' | 'since'> & {
    evidence: { [K in keyof LiveEvidence]: string | null };
  };
}

/** The answer of `sessions`; `total`: of all pages. */
export function readSessions(value: unknown): { sessions: LooseSession[]; total: number } {
  const sessions = listFrom(fieldOf(value, 'sessions')).flatMap((row) => readSession(row) ?? []);
  return { sessions, total: numberFrom(fieldOf(fieldOf(value, 'summary'), 'total')) ?? sessions.length };
}

function readSession(row: unknown): LooseSession | null {
  const id = textFrom(fieldOf(row, 'id'));
  if (id === null) return null;
  const live = fieldOf(row, 'live');
  const said = (name: string) => textFrom(fieldOf(live, name));
  const found = (name: string) => textFrom(fieldOf(fieldOf(live, 'evidence'), name));
  return {
    id,
    title: textFrom(fieldOf(row, 'title')),
    model: textFrom(fieldOf(row, 'model')),
    context_tokens: numberFrom(fieldOf(row, 'context_tokens')),
    context_limit: numberFrom(fieldOf(row, 'context_limit')),
    last_at: textFrom(fieldOf(row, 'last_at')),
    usage: readSum(fieldOf(row, 'usage')),
    live: {
      status: LIVE_STATUSES.find((word) => word === fieldOf(live, 'status')) ?? 'unknown',
      reason: said('reason'),
      detail: said('detail'),
      since: said('since'),
      evidence: { source: found('source'), file: found('file'), field: found('field'), value: found('value') },
    },
  };
}

/** The answer of `usage` that was asked for by `key`, the largest first. */
export function readUsage(value: unknown, key: UsageKey): Omit<UsageAnswer, 'since' | 'until'> {
  const groups = listFrom(fieldOf(value, 'groups')).map(
    (row): UsageGroup => ({ ...readSum(row), [key]: textFrom(fieldOf(row, key)) }),
  );
  groups.sort((one, other) => other.total - one.total || ((one[key] ?? '') < (other[key] ?? '') ? -1 : 1));
  return {
    groups,
    total: readSum(fieldOf(value, 'total')),
    cost_basis: COST_BASES.find((word) => word === fieldOf(value, 'cost_basis')) ?? null,
    unpriced_models: textsFrom(fieldOf(value, 'unpriced_models')),
    backfill: readBackfill(fieldOf(value, 'backfill')),
  };
}

/** The answer of `runtimes`, as far as people look at it. */
export function readRuntimes(value: unknown): {
  runtimes: (Pick<RuntimeReport, 'state' | 'warnings'> & { runtime: string })[];
  quotas: (Pick<Quota, 'name' | 'used_percent' | 'window_minutes' | 'resets_at'> & {
    runtime: string;
    at: string | null;
  })[];
  faults: string[];
} {
  const runtimes = listFrom(fieldOf(value, 'runtimes')).flatMap((row) => {
    const runtime = textFrom(fieldOf(row, 'runtime'));
    const state = RUNTIME_STATES.find((word) => word === fieldOf(row, 'state'));
    if (runtime === null || state === undefined) return [];
    return [{ runtime, state, warnings: textsFrom(fieldOf(row, 'warnings')) }];
  });
  const quotas = listFrom(fieldOf(value, 'quotas')).flatMap((row) => {
    const used_percent = numberFrom(fieldOf(row, 'used_percent'));
    const text = (name: string) => textFrom(fieldOf(row, name));
    if (used_percent === null) return [];
    const [window_minutes, resets_at] = [numberFrom(fieldOf(row, 'window_minutes')), text('resets_at')];
    const name = text('name') ?? '';
    return [{ runtime: text('runtime') ?? '', name, used_percent, window_minutes, resets_at, at: text('at') }];
  });
  return { runtimes, quotas, faults: textsFrom(fieldOf(value, 'faults')) };
}

function readSum(value: unknown): UsageSum {
  const count = (name: string) => numberFrom(fieldOf(value, name)) ?? 0;
  return {
    responses: count('responses'),
    input: count('input'),
    output: count('output'),
    cache_read: count('cache_read'),
    cache_write: count('cache_write'),
    cache_write_1h: count('cache_write_1h'),
    reasoning: count('reasoning'),
    total: count('total'),
    web_searches: count('web_searches'),
    cost_usd: textFrom(fieldOf(value, 'cost_usd')) ?? '0',
    unpriced_responses: count('unpriced_responses'),
    unpriced_tokens: count('unpriced_tokens'),
  };
}

function readBackfill(value: unknown): Backfill {
  const count = (name: string) => numberFrom(fieldOf(value, name)) ?? 0;
  return { done_bytes: count('done_bytes'), total_bytes: count('total_bytes') };
}
