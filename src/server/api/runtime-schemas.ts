import { Type } from '@sinclair/typebox';
import {
  COST_BASES,
  LIVE_SOURCES,
  LIVE_STATUSES,
  RUNTIME_NAMES,
  RUNTIME_STATES,
  USAGE_KEYS,
} from '../../protocol/index.js';
import { NextCursor } from './pages.js';
import { Nullable, NullableNumber, NullableText, Words } from './schemas.js';

export const RuntimeWord = Words(RUNTIME_NAMES);
export const LiveWord = Words(LIVE_STATUSES);
const Count = Type.Integer({ minimum: 0 });

/** What a session does now, and why that is believed. */
export const LiveSchema = Type.Object({
  status: LiveWord,
  reason: Nullable(
    Type.String({ description: 'permission, question, turn_ended, tool, inferred …, or the code of an error' }),
  ),
  detail: Nullable(Type.String({ description: 'the tool that it waits for or works with' })),
  since: NullableText,
  evidence: Type.Object({
    source: Words(LIVE_SOURCES),
    file: Nullable(Type.String({ description: 'relative to the home directory' })),
    field: NullableText,
    value: NullableText,
  }),
});

const SUM = {
  responses: Count,
  input: Count,
  output: Count,
  cache_read: Count,
  cache_write: Count,
  cache_write_1h: Count,
  reasoning: Count,
  total: Count,
  web_searches: Count,
  cost_usd: Type.String({ description: 'of what has a price, exact: unpriced_tokens are not in it' }),
  unpriced_responses: Count,
  unpriced_tokens: Count,
};
const Sum = Type.Object(SUM);
const Backfill = Type.Object({ done_bytes: Count, total_bytes: Count });

export const SessionSchema = Type.Object({
  runtime: RuntimeWord,
  agent: Type.String(),
  id: Type.String(),
  parent: NullableText,
  kind: Words(['main', 'subagent', 'cron', 'review']),
  hidden: Type.Boolean(),
  title: NullableText,
  project: NullableText,
  cwd: NullableText,
  branch: NullableText,
  version: NullableText,
  started_at: NullableText,
  last_at: NullableText,
  model: NullableText,
  context_tokens: NullableNumber,
  context_limit: NullableNumber,
  compactions: Count,
  subagents: Count,
  usage: Sum,
  errors: Count,
  live: LiveSchema,
});

export const SessionsSchema = Type.Object({
  sessions: Type.Array(SessionSchema),
  summary: Type.Object({
    total: Count,
    working: Count,
    waiting: Count,
    idle: Count,
    error: Count,
    gone: Count,
    unknown: Count,
  }),
  next_cursor: NextCursor,
});

const keys = Object.fromEntries(USAGE_KEYS.map((key) => [key, Type.Optional(NullableText)]));

export const UsageSchema = Type.Object({
  since: NullableText,
  until: NullableText,
  groups: Type.Array(Type.Object({ ...keys, at: Type.Optional(Type.String()), ...SUM })),
  total: Sum,
  cost_basis: Nullable(Words(COST_BASES)),
  unpriced_models: Type.Array(Type.String()),
  backfill: Backfill,
});

const Counts = Type.Record(Type.String(), Count);

export const ReconcileSchema = Type.Object({
  accounts: Type.Array(
    Type.Object({
      runtime: RuntimeWord,
      files: Count,
      lines: Count,
      malformed: Count,
      unknown: Counts,
      errors: Count,
      offered: Count,
      dropped: Counts,
      counted: Count,
      unpriced_models: Type.Array(Type.String()),
      outside_transcript: Nullable(Type.Object({ input: Count, output: Count, cache_read: Count, cache_write: Count })),
    }),
  ),
  total: Sum,
  differences: Type.Array(Type.String()),
  backfill: Backfill,
});

export const CronSchema = Type.Object({
  jobs: Type.Array(
    Type.Object({
      runtime: RuntimeWord,
      agent: Type.String(),
      id: Type.String(),
      name: Type.String(),
      enabled: Type.Boolean(),
      schedule: NullableText,
      tz: NullableText,
      next_run_at: NullableText,
      last_run_at: NullableText,
      last_status: NullableText,
      consecutive_errors: Count,
      runs: Count,
      errors: Count,
      flapping: Type.Boolean(),
    }),
  ),
});

export const RuntimesSchema = Type.Object({
  runtimes: Type.Array(
    Type.Object({
      runtime: RuntimeWord,
      state: Words(RUNTIME_STATES),
      roots: Type.Array(Type.String()),
      files: Count,
      bytes: Count,
      versions: Type.Array(Type.String()),
      lag_ms: Type.Number({ minimum: 0 }),
      backfill: Backfill,
      warnings: Type.Array(Type.String()),
    }),
  ),
  quotas: Type.Array(
    Type.Object({
      runtime: RuntimeWord,
      name: Type.String(),
      used_percent: Type.Number(),
      window_minutes: NullableNumber,
      resets_at: NullableText,
      at: Type.String(),
    }),
  ),
  faults: Type.Array(Type.String()),
});
