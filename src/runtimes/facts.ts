import type { Session } from '../protocol/index.js';

/** What records say, before time, processes and other records have a say. JSON-safe but for `bigint`. */

/** One answer of a model. All counts are tokens, whole and not negative. */
export interface Response {
  /** The same key is the same response, in whatever file and session it is found. Unique within its runtime. */
  key: string;
  /**
   * Two keys may be one response: a replica gives way to a response that is none and has the same alias. null: there is no such
   * other. The same key comes with the same alias.
   */
  alias: string | null;
  replica: boolean;
  session: string;
  /** Milliseconds since the epoch. */
  at: number;
  model: string | null;
  provider: string | null;
  /** Without what caches gave or took. */
  input: number;
  /** With reasoning. */
  output: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
  reasoning: number;
  web_searches: number;
  /** `standard`, or what has another price: `fast`, `batch`, `flex`, `priority`. */
  tier: string;
  /** Where it was computed, when that has another price (`us`). */
  region: string | null;
  /** What the runtime itself says it cost, in 10⁻¹² USD; null: it does not say. */
  reported_pico: bigint | null;
}

/** A turn that ended in an error. */
export interface ErrorFact {
  session: string;
  /** Milliseconds since the epoch. */
  at: number;
  code: string;
  http_status: number | null;
  /** ISO 8601 UTC. */
  resets_at: string | null;
}

/** A session as its runtime's own records have it: without what only all of them together tell (its agent's id, its usage). */
export interface AssembledSession extends Omit<Session, 'agent' | 'project' | 'usage'> {
  /** The agent as the runtime names it; null: its project's directory is its agent. */
  agentId: string | null;
  /** The first working directory, absolute, as the runtime wrote it; null: it said none. */
  cwdRaw: string | null;
}

/** Why a line counts nothing. */
export type DropReason = 'repeat' | 'replica' | 'fork' | 'replay' | 'archive' | 'mirror' | 'zero' | 'not_a_response';

/** Takes what the lines of a file say, in their order. */
export interface Findings {
  response(response: Response): void;
  error(error: ErrorFact): void;
  dropped(reason: DropReason): void;
  /** A kind of line that is not known: counted, and named once. */
  unknown(kind: string): void;
  /** Something that could not be used; said once per file and text. */
  warning(reason: string): void;
}

/**
 * What the transcripts of a runtime look like: a fold over their lines. The state is plain JSON and small (it is kept in a database
 * between runs), because a file that grows is read on from where it was left.
 */
export interface TranscriptForm<State> {
  /** The state before the first line. `path`: relative to the root, with `/`. */
  begin(path: string): State;
  /** Whether a line is worth parsing, by its bytes (without its end). Most are not. */
  wants(line: Buffer): boolean;
  /**
   * Reads a line that is worth it, where `JSON.parse` of all of it would be too much: lines of megabytes of which the head says all
   * that is needed. Throws a SyntaxError for a line that is malformed. Absent: `JSON.parse`, its long strings empty (`slim`).
   */
  read?(line: Buffer): unknown;
  /** Takes in one parsed line. Changes the state. Never throws, whatever the line holds. */
  take(state: State, line: unknown, findings: Findings): void;
}
