/** Agent runtimes whose own records are read, as they are named on the wire. */
export const RUNTIME_NAMES = ['claude-code', 'codex', 'openclaw'] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];

/** What a session does now. `gone`: no process has it any more. */
export const LIVE_STATUSES = ['working', 'waiting', 'idle', 'error', 'gone', 'unknown'] as const;
export type LiveStatus = (typeof LIVE_STATUSES)[number];

/** Where a session's status may come from. */
export const LIVE_SOURCES = ['registry', 'process', 'transcript', 'lock', 'database', 'hook'] as const;

/** Where a session's status comes from. */
export interface LiveEvidence {
  source: (typeof LIVE_SOURCES)[number];
  /** Relative to the home directory; null when it is the absence of one that tells. */
  file: string | null;
  field: string | null;
  value: string | null;
}

/** What a session does now, and why we think so. */
export interface Live {
  status: LiveStatus;
  /** `permission`, `question`, `turn_ended`, `tool`, `inferred`, `background_shell`, an error's code …; null: nothing to add. */
  reason: string | null;
  /** The tool it waits for or works with. */
  detail: string | null;
  /** ISO 8601 UTC; null: not known. */
  since: string | null;
  evidence: LiveEvidence;
}

/** Sessions of one agent, by what they do. */
export interface SessionCounts {
  working: number;
  waiting: number;
  idle: number;
  error: number;
}

/** Model responses added up. `input` excludes what caches gave, `output` includes reasoning. */
export interface UsageSum {
  responses: number;
  input: number;
  output: number;
  cache_read: number;
  /** Of which `cache_write_1h` for an hour, where a runtime tells them apart. */
  cache_write: number;
  cache_write_1h: number;
  reasoning: number;
  /** input + output + cache_read + cache_write. */
  total: number;
  web_searches: number;
  /** USD of what has a price, as an exact decimal with twelve digits; `unpriced_tokens` stand beside it and are not in it. */
  cost_usd: string;
  unpriced_responses: number;
  unpriced_tokens: number;
}

/** One session of a runtime. */
export interface Session {
  runtime: RuntimeName;
  agent: string;
  id: string;
  parent: string | null;
  kind: 'main' | 'subagent' | 'cron' | 'review';
  /** One that no person began or would look for. */
  hidden: boolean;
  title: string | null;
  project: string | null;
  /** With `~` in the place of the home directory. */
  cwd: string | null;
  branch: string | null;
  version: string | null;
  /** ISO 8601 UTC, as the next. */
  started_at: string | null;
  last_at: string | null;
  model: string | null;
  context_tokens: number | null;
  context_limit: number | null;
  compactions: number;
  subagents: number;
  usage: UsageSum;
  /** How many turns ended in an error. */
  errors: number;
  live: Live;
}

/** A job that a runtime runs by a schedule. */
export interface CronJob {
  runtime: RuntimeName;
  agent: string;
  id: string;
  name: string;
  enabled: boolean;
  /** As the runtime has it: a cron expression, `every 30m`, or a time. */
  schedule: string | null;
  tz: string | null;
  next_run_at: string | null;
  last_run_at: string | null;
  last_status: string | null;
  consecutive_errors: number;
  runs: number;
  errors: number;
  /** Its status changed four times or more in its last ten runs. */
  flapping: boolean;
}

/** How full a quota of an account is. */
export interface Quota {
  runtime: RuntimeName;
  /** `primary`, `secondary` … as the runtime calls it. */
  name: string;
  used_percent: number;
  window_minutes: number | null;
  resets_at: string | null;
  /** When the runtime said so. */
  at: string;
}
