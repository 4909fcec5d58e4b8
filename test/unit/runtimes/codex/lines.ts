import { type CodexState, form } from '../../../../src/runtimes/codex/index.js';
import type { ErrorFact, Response } from '../../../../src/runtimes/facts.js';

export const AT = Date.parse('2026-11-20T12:00:00.000Z');
export const THREAD = '019a0000-0000-7000-8000-00000000000a';
export const PARENT = '019a0000-0000-7000-8000-00000000000b';
export const PATH = `sessions/2026/11/20/rollout-2026-11-20T12-00-00-${THREAD}.jsonl`;

type Members = Record<string, unknown>;

/** A line so many seconds after `AT`. */
export const line = (seconds: number, type: string, payload: unknown, more: Members = {}) => ({
  timestamp: new Date(AT + seconds * 1000).toISOString(),
  ...more,
  type,
  payload,
});
export const event = (seconds: number, type: string, more: Members = {}) =>
  line(seconds, 'event_msg', { type, ...more });
export const item = (seconds: number, type: string, more: Members = {}) =>
  line(seconds, 'response_item', { type, ...more });
export const meta = (seconds: number, more: Members = {}, at: Members = {}) =>
  line(seconds, 'session_meta', { id: THREAD, cwd: '/home/dev/src/harbor', source: 'cli', ...more }, at);
export const turn = (seconds: number, id: string, model = 'gpt-5.2') =>
  line(seconds, 'turn_context', { turn_id: id, model });

/** Usage of so many tokens in and out. */
export const usage = (input: number, output: number, more: Members = {}) => ({
  input_tokens: input,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: output,
  reasoning_output_tokens: 0,
  total_tokens: input + output,
  ...more,
});
export const count = (seconds: number, total: unknown, last?: unknown, more: Members = {}) =>
  event(seconds, 'token_count', {
    info: { total_token_usage: total, ...(last === undefined ? {} : { last_token_usage: last }) },
    ...more,
  });
export const record = (seconds: number, id: string, used: unknown, more: Members = {}, at: Members = {}) =>
  line(seconds, 'token_usage_record', { thread_id: THREAD, turn_id: 't1', response_id: id, usage: used, ...more }, at);

export interface Told {
  state: CodexState;
  responses: Response[];
  errors: ErrorFact[];
  dropped: string[];
  unknown: string[];
  warnings: string[];
}

/** Takes lines in as those of one file, and keeps what they tell. */
export function told(lines: unknown[], path = PATH, state = form.begin(path)): Told {
  const all: Told = { state, responses: [], errors: [], dropped: [], unknown: [], warnings: [] };
  for (const each of lines) {
    form.take(all.state, each, {
      response: (response) => void all.responses.push(response),
      error: (error) => void all.errors.push(error),
      dropped: (reason) => void all.dropped.push(reason),
      unknown: (kind) => void all.unknown.push(kind),
      warning: (reason) => void all.warnings.push(reason),
    });
  }
  return all;
}

/** Tokens in, from caches, out of each response. */
export const tokens = ({ responses }: Told) =>
  responses.map(({ input, cache_read, output }) => [input, cache_read, output]);
