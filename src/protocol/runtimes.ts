/** Agent runtimes whose own records are read, as they are named on the wire. */
export const RUNTIME_NAMES = ['claude-code', 'codex', 'openclaw'] as const;
export type RuntimeName = (typeof RUNTIME_NAMES)[number];

/** How reading a runtime's records goes. `absent`: it has none here. */
export const RUNTIME_STATES = ['reading', 'absent', 'disabled', 'failed'] as const;
export type RuntimeState = (typeof RUNTIME_STATES)[number];

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

/** Tokens. */
export interface TokenCounts {
  input: number;
  output: number;
  cache_read: number;
  cache_write: number;
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

/** How reading one runtime's records goes. */
export interface RuntimeReport {
  runtime: RuntimeName;
  state: RuntimeState;
  /** With `~` in the place of the home directory. */
  roots: string[];
  /** Files and databases that are read, and their bytes. */
  files: number;
  bytes: number;
  /** Of the runtime, as its records name them. */
  versions: string[];
  /** For how long something has been there that is not read yet, in milliseconds. */
  lag_ms: number;
  backfill: Backfill;
  /** What cannot be used, and why. Paths are relative to the home directory. */
  warnings: string[];
}

/** How far records have been read. */
export interface Backfill {
  done_bytes: number;
  total_bytes: number;
}

/** Answer of `/api/runtimes`. */
export interface RuntimesAnswer {
  runtimes: RuntimeReport[];
  quotas: Quota[];
  /** What is wrong with prices and with the ledger of usage; empty when nothing is. */
  faults: string[];
}

/** What sessions are asked for. */
export interface SessionsQuery {
  runtime?: RuntimeName;
  agent?: string;
  status?: LiveStatus;
  /** Those that no person began, too. */
  hidden?: boolean;
  /** Those with a line since then, and those that are not gone. Milliseconds since the epoch. */
  since?: number;
}

/** Answer of `/api/sessions`. */
export interface SessionsAnswer {
  sessions: Session[];
  /** Of all that were asked for, on whatever page. */
  summary: Record<LiveStatus, number> & { total: number };
  next_cursor?: string | null;
}

/** What usage may be summed up by. */
export const USAGE_KEYS = ['runtime', 'agent', 'project', 'session', 'model', 'day'] as const;
export type UsageKey = (typeof USAGE_KEYS)[number];

/** What use is asked for. Times in milliseconds since the epoch. */
export interface UsageQuery {
  by: readonly UsageKey[];
  since?: number | undefined;
  /** Not included. */
  until?: number | undefined;
  /** Cuts time into pieces of so many milliseconds. */
  step?: number | undefined;
  /** Whose days, as in `Europe/Vienna`; UTC when not said. */
  tz?: string | undefined;
  runtime?: string | undefined;
  agent?: string | undefined;
  session?: string | undefined;
  model?: string | undefined;
}

/** A sum, under what it was asked for by. Keys that were not asked for are absent, unknown ones null. */
export interface UsageGroup extends UsageSum, Partial<Record<UsageKey, string | null>> {
  /** With a step: the beginning of its piece of time. */
  at?: string;
}

/** Who says what was used cost: the runtimes themselves, price lists, or now one and now the other. null: nothing has a price. */
export const COST_BASES = ['reported', 'list', 'mixed'] as const;
export type CostBasis = (typeof COST_BASES)[number];

/** Answer of `/api/usage`. */
export interface UsageAnswer {
  since: string | null;
  until: string | null;
  groups: UsageGroup[];
  total: UsageSum;
  cost_basis: CostBasis | null;
  /** Models that nobody has a price of. */
  unpriced_models: string[];
  backfill: Backfill;
}

/** Answer of `/api/cron`. */
export interface CronAnswer {
  jobs: CronJob[];
}

/** What became of all lines of one runtime. */
export interface UsageAccount {
  runtime: RuntimeName;
  /** Files that are there. */
  files: number;
  lines: number;
  /** Not JSON. */
  malformed: number;
  /** By the name of their kind. */
  unknown: Record<string, number>;
  errors: number;
  /** Responses that were found, however often. */
  offered: number;
  /** Of those, and of lines like them, what counts nothing, by reason. */
  dropped: Record<string, number>;
  counted: number;
  unpriced_models: string[];
  /**
   * What sessions used that no line of theirs has (titles, suggestions), as their processes state it: tokens that are in no sum. null:
   * the runtime does not state any.
   */
  outside_transcript: TokenCounts | null;
}

/** Answer of `/api/usage/reconcile`. */
export interface ReconcileAnswer {
  accounts: UsageAccount[];
  total: UsageSum;
  /** What does not agree, in words; empty when everything does. */
  differences: string[];
  backfill: Backfill;
}
