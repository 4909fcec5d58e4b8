/** Tokens as Codex counts them: `cached` and `written` are of `input`, `reasoning` is of `output`. */
export interface Counts {
  input: number;
  cached: number;
  written: number;
  output: number;
  reasoning: number;
}

/** A tool that was called and gave no output yet. */
export interface Call {
  /** Empty: the call has none. */
  id: string;
  name: string;
  /** Of its line: `function_call`, `custom_tool_call` … */
  kind: string;
  at: number;
}

/** How full a quota was. */
export interface Limit {
  used_percent: number;
  window_minutes: number | null;
  resets_at: number | null;
  at: number;
}

/** One line of a rollout, looked at so far that it can be taken. */
export interface Entry {
  type: string;
  payload: Record<string, unknown>;
  /** Of the payload; empty where it has none. */
  kind: string;
  ordinal: unknown;
  at: number;
  /** It is of history that was copied from another rollout. */
  copied: boolean;
}

/** What is kept of one rollout. Plain JSON and small, whatever the rollout holds. Times in milliseconds since the epoch. */
export interface CodexState {
  /** Its thread: by the first `session_meta`, until then by the name of the file. */
  thread: string;
  /** The first `session_meta` was there: all further ones are of copied history. */
  identified: boolean;
  parent: string | null;
  kind: 'main' | 'subagent' | 'review';
  hidden: boolean;
  cwd: string | null;
  branch: string | null;
  version: string | null;
  provider: string | null;
  started_at: number | null;
  /** Of the last line with a time that is not copied. */
  last_at: number | null;

  /** Counters may go on from another file: the first total alone says nothing of this one. */
  inherits: boolean;
  /** Lines below this ordinal are the parent's. */
  own_from: number | null;
  /** Copied history is being written: since when, and its last line. */
  replay: { from: number; to: number } | null;

  turn: string | null;
  /** The turn was imported from another program, which has counted it. */
  imported: boolean;
  model: string | null;
  /** Models of the last few turns. */
  models: { turn: string; model: string }[];

  /** The last cumulative count. */
  total: Counts | null;
  /** Responses have records of their own from here on: counts only repeat them. */
  records: boolean;
  /** What Codex itself says that the whole thread has used, in tokens. */
  stated: number | null;

  context_tokens: number | null;
  context_limit: number | null;
  compactions: number;
  /** Turns that ended in an error. */
  errors: number;
  limits: Record<string, Limit>;

  /** How the last turn stands, since when, and the error that it ended in. */
  phase: 'none' | 'open' | 'complete' | 'aborted';
  phase_at: number | null;
  error: string | null;
  /** Oldest first. */
  calls: Call[];
}
