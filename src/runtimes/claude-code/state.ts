import type { TokenCounts } from '../../protocol/index.js';

/** How the conversation stands after the last line that says so. */
export interface Tail {
  /** `assistant`: a response that is not whole yet. `end`: its turn is over. */
  kind: 'prompt' | 'tool_result' | 'tool_use' | 'assistant' | 'end';
  at: number;
}

/** Tokens by model, as a process of Claude Code adds them up itself. */
export type StatedCosts = Record<string, TokenCounts>;

/** What is kept of one transcript. Plain JSON and small, whatever the transcript holds. Times in milliseconds since the epoch. */
export interface ClaudeState {
  /** Whose it is; null until a line of a subagent's file says it. */
  session: string | null;
  /** It is a subagent's file: its lines belong to the session that began it. */
  subagent: boolean;
  started_at: number | null;
  last_at: number | null;
  /** The first; and the last, when it is another. */
  cwd: string | null;
  cwd_now: string | null;
  branch: string | null;
  version: string | null;
  /** Of the last response in the conversation itself. */
  model: string | null;
  /** `uuid` of the first line of the conversation: a fork has the same. */
  origin: string | null;
  titles: { custom: string | null; name: string | null; ai: string | null };
  context_tokens: number | null;
  compactions: number;
  /** Turns that ended in an error. */
  errors: number;
  /** The last turn ended in it, and no prompt came after. */
  error: { at: number; code: string } | null;
  tail: Tail | null;
  /** Tools that were called and gave no result yet. */
  pending: { id: string; name: string }[];
  /** The tool that was called last. */
  tool: string | null;
  /** The response of the last line: its other lines repeat it. */
  open: { key: string; output: number } | null;
  /** Responses without a request's id, by id and counts, and the `uuid` of the first line of each. The last few. */
  requestless: { of: string; uuid: string }[];
  /** What processes that are over have stated, and the last one. */
  stated_before: StatedCosts;
  stated: StatedCosts;
}
