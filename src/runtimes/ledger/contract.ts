import type { RuntimeName } from '../../protocol/index.js';
import type { ProjectBook } from '../agents.js';
import type { DropReason, ErrorFact, Response } from '../facts.js';
import type { PriceTable } from '../prices/rates.js';

/** Model responses added up, exactly. Tokens but for `responses`, `web_searches` and the cost. */
export interface ExactSum {
  responses: number;
  input: number;
  output: number;
  cache_read: number;
  cache_write: number;
  /** Of `cache_write`. */
  cache_write_1h: number;
  /** Of `output`. */
  reasoning: number;
  /** input + output + cache_read + cache_write. */
  total: number;
  web_searches: number;
  /** 10⁻¹² USD of what has a price. */
  cost_pico: bigint;
  /** Of `cost_pico`: what the runtime itself reported; the rest is by list prices. */
  reported_pico: bigint;
  unpriced_responses: number;
  unpriced_tokens: number;
}

/** Whose a response is: told apart from the responses, because it is known from other lines. */
export interface SessionFact {
  id: string;
  /** `codex:harbor`: see `agents.ts`. */
  agent: string;
  project: string | null;
  /**
   * A response that several sessions have belongs to the one with the smallest rank (then to the smallest id): the time of
   * its last line where copies come from forks (Claude Code, Codex), of its beginning for OpenClaw. Milliseconds.
   */
  rank: number;
}

/** How much one session's use of one model changed: what a response adds, or a better line of it, or one that moves. */
export interface UsageDelta {
  runtime: RuntimeName;
  session: string;
  /** null: not told yet (`putSessions`). */
  agent: string | null;
  model: string | null;
  delta: ExactSum;
}

/** What became of responses that were put. */
export interface PutResult {
  /** Responses that were not known. */
  fresh: number;
  /** Known already in the same session: another line, or another file. */
  repeated: number;
  /** Known already, of another session. */
  forked: number;
  deltas: UsageDelta[];
}

export const USAGE_KEYS = ['runtime', 'agent', 'project', 'session', 'model', 'day'] as const;
export type UsageKey = (typeof USAGE_KEYS)[number];

export interface UsageQuery {
  by: readonly UsageKey[];
  /** Milliseconds since the epoch, included. */
  since?: number | undefined;
  /** Milliseconds since the epoch, not included. */
  until?: number | undefined;
  /** Cuts time into pieces of so many milliseconds: groups get an `at`, the beginning of theirs. */
  step?: number | undefined;
  /** Whose days, as in `Europe/Vienna`; UTC when not said. */
  tz?: string | undefined;
  runtime?: string | undefined;
  agent?: string | undefined;
  session?: string | undefined;
  model?: string | undefined;
}

/** One group: the keys that were asked for (null: not known), and its sum. */
export interface UsageGroup {
  keys: Partial<Record<UsageKey, string | null>>;
  /** With `step`. Milliseconds since the epoch. */
  at?: number;
  sum: ExactSum;
}

/** How far a file was read, and what of it is kept to read on. */
export interface FileRecord {
  dev: number;
  ino: number;
  size: number;
  mtimeMs: number;
  /** After the last whole line. */
  offset: number;
  /** Hash of its first bytes. */
  head: string;
  /** Of its `TranscriptForm`. JSON. */
  state: unknown;
  account: FileAccount;
}

/** What became of the lines of one file. Every response is `responses`, and of those some were `dropped` by the ledger. */
export interface FileAccount {
  lines: number;
  /** Not JSON. */
  malformed: number;
  /** Found by the form. */
  responses: number;
  errors: number;
  /** By the form: these are not in `responses`. */
  dropped: Partial<Record<DropReason, number>>;
  /** Kinds of lines that are not known. */
  unknown: Record<string, number>;
}

/** The whole account of one runtime: `offered = Σ dropped + counted`. */
export interface Account {
  runtime: RuntimeName;
  /** Files that are known and there. */
  files: number;
  /** Added up over the files that are or were there. */
  read: FileAccount;
  /** Responses that were put, in the life of the database. */
  offered: number;
  /** Of those, what counts nothing, by reason. */
  dropped: Partial<Record<DropReason, number>>;
  counted: number;
  unpriced_models: string[];
}

export interface Reconciliation {
  accounts: Account[];
  total: ExactSum;
  /** What does not agree, in words; empty when Σ agents = Σ models = Σ days = total and every account adds up. */
  differences: string[];
}

export interface ErrorQuery {
  runtime?: string | undefined;
  session?: string | undefined;
  /** Milliseconds since the epoch, included. */
  since?: number | undefined;
  /** Milliseconds since the epoch, not included. */
  until?: number | undefined;
}

/** An error, and whose it is. */
export interface LedgerError extends ErrorFact {
  runtime: RuntimeName;
  agent: string | null;
}

/** What was counted, on disk. All of it is synchronous; every call is one transaction unless it is inside `inOne`. */
export interface Ledger {
  /** One transaction around several calls: responses and the cursor behind them. */
  inOne<T>(work: () => T): T;
  /**
   * Counts responses. In any order and any number of times: the result is the same.
   * @param repeat what those are called that are known in the same session: `archive` for files of an archive
   */
  put(runtime: RuntimeName, responses: readonly Response[], repeat?: DropReason): PutResult;
  /** Says whose sessions are. May come before or after their responses, and again when a rank changes. */
  putSessions(runtime: RuntimeName, sessions: readonly SessionFact[]): UsageDelta[];
  /** The same error twice (session, time, code) is one. Returns how many were not known. */
  putErrors(runtime: RuntimeName, errors: readonly ErrorFact[]): number;
  /** The oldest first. */
  errors(query: ErrorQuery): LedgerError[];
  /** What is kept of a file (its path, absolute); null: nothing. The path itself is not kept, only its hash. */
  file(runtime: RuntimeName, path: string): FileRecord | null;
  putFile(runtime: RuntimeName, path: string, record: FileRecord): void;
  /** It is there no more: its responses and its account stay, its state does not. */
  forgetFile(runtime: RuntimeName, path: string): void;
  /** Which directory has which agent. Inside `inOne` where several are asked for. */
  readonly projects: ProjectBook;
  /** Groups in the order of their keys. @throws McError `input.invalid` for a time zone that is none */
  sums(query: UsageQuery): UsageGroup[];
  total(query?: Omit<UsageQuery, 'by' | 'step' | 'tz'>): ExactSum;
  reconcile(): Reconciliation;
  /** New prices: what is put from now on has them; `repriceSome` brings the rest. */
  setPrices(prices: PriceTable): void;
  /** Reprices at most so many responses; false: there are none left. */
  repriceSome(limit?: number): boolean;
  close(): void;
}
