import { type ClaudeState, form } from '../../../../src/runtimes/claude-code/index.js';
import type { ErrorFact, Response } from '../../../../src/runtimes/facts.js';

export const AT = Date.parse('2026-11-20T12:00:00.000Z');

/** A time so many minutes before `AT`. */
export const before = (minutes: number) => new Date(AT - minutes * 60_000).toISOString();

type Members = Record<string, unknown>;

const common = (more: Members) => ({
  uuid: 'u1',
  sessionId: 's1',
  timestamp: before(5),
  cwd: '/home/dev/src/harbor',
  version: '2.1.270',
  gitBranch: 'main',
  isSidechain: false,
  ...more,
});

export const prompt = (content: unknown, more: Members = {}) =>
  common({ type: 'user', message: { role: 'user', content }, ...more });
export const result = (id: string, more: Members = {}) =>
  prompt([{ type: 'tool_result', tool_use_id: id, content: 'done' }], more);
export const usage = (more: Members = {}) => ({
  input_tokens: 3,
  output_tokens: 40,
  cache_read_input_tokens: 100,
  cache_creation_input_tokens: 20,
  ...more,
});

/** A line of a response: `message` changes its message, `more` the line. */
export const answer = (message: Members = {}, more: Members = {}) =>
  common({
    type: 'assistant',
    requestId: 'req_1',
    message: {
      id: 'msg_1',
      model: 'claude-opus-4-6',
      stop_reason: 'end_turn',
      content: [],
      usage: usage(),
      ...message,
    },
    ...more,
  });
export const call = (id: string, name: string, more: Members = {}) =>
  answer({ id: `msg_${id}`, stop_reason: 'tool_use', content: [{ type: 'tool_use', id, name, input: {} }] }, more);
export const failure = (more: Members = {}) =>
  answer({ model: '<synthetic>' }, { isApiErrorMessage: true, error: 'rate_limit', apiErrorStatus: 429, ...more });

export interface Told {
  state: ClaudeState;
  responses: Response[];
  errors: ErrorFact[];
  dropped: string[];
  unknown: string[];
  warnings: string[];
}

/** Takes lines in as those of one file, and keeps what they tell. */
export function told(lines: unknown[], path = 'projects/-home-dev-src-harbor/s1.jsonl'): Told {
  const all: Told = { state: form.begin(path), responses: [], errors: [], dropped: [], unknown: [], warnings: [] };
  for (const line of lines) {
    form.take(all.state, line, {
      response: (response) => void all.responses.push(response),
      error: (error) => void all.errors.push(error),
      dropped: (reason) => void all.dropped.push(reason),
      unknown: (kind) => void all.unknown.push(kind),
      warning: (reason) => void all.warnings.push(reason),
    });
  }
  return all;
}
