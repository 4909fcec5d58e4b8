import type { Findings, Response } from '../facts.js';
import { objectOf, textOf, timeOf, tokensOf } from '../values.js';
import type { CodexState, Counts, Entry } from './state.js';

/** Threads send their whole context with every request: they come to billions. */
const MOST_IN_A_THREAD = 1e15;
const MOST_IN_A_RESPONSE = 1e9;
const MODELS_KEPT = 8;
const LIMITS_KEPT = 8;

/** A turn's model; the same turn may go on with another. */
export function takeTurnContext(state: CodexState, { payload }: Entry): void {
  const model = textOf(payload.model, 128);
  const turn = textOf(payload.turn_id, 128);
  if (turn !== null) enterTurn(state, turn);
  if (model === null) return;
  state.model = model;
  if (turn === null) return;
  state.models = [...state.models.filter((known) => known.turn !== turn), { turn, model }].slice(-MODELS_KEPT);
}

/** Remembers which turn lines without a turn's id belong to. */
export function enterTurn(state: CodexState, turn: string): void {
  state.turn = turn;
  state.imported = turn.startsWith('external-import-turn-');
}

/** One response, by its own record. */
export function takeRecord(state: CodexState, { payload, at }: Entry, findings: Findings): void {
  const thread = textOf(payload.thread_id, 128);
  if (thread !== null && thread !== state.thread) return findings.dropped('fork');
  state.records = true;
  state.stated = sizeOf(countsOf(payload.thread_token_usage, findings, MOST_IN_A_THREAD)) ?? state.stated;
  const turn = textOf(payload.turn_id, 128) ?? state.turn;
  if (turn?.startsWith('external-import-turn-')) return findings.dropped('replay');
  const counts = countsOf(payload.usage, findings);
  if (counts === null) {
    findings.warning('a record of a response has no usage');
    return findings.dropped('not_a_response');
  }
  const id = textOf(payload.response_id, 128) ?? `${state.thread}:${turn}:${at}:${counts.input}:${counts.output}`;
  const model = state.models.findLast((known) => known.turn === turn)?.model ?? state.model;
  give(responseOf(state, { key: `response:${id}`, at, model }, counts), findings);
}

/** A cumulative count, which may tell of a response, of nothing new, or only how full quotas and the context are. */
export function takeCount(state: CodexState, { payload, at, copied }: Entry, findings: Findings): void {
  if (!copied) takeLimits(state, payload.rate_limits, at);
  const info = objectOf(payload.info);
  if (info === null) return findings.dropped('not_a_response');
  const total = countsOf(info.total_token_usage, findings, MOST_IN_A_THREAD);
  const last = countsOf(info.last_token_usage, findings);
  if (!copied && last !== null) state.context_tokens = contextOf(info.last_token_usage, last);
  takeWindow(state, info.model_context_window);
  if (state.records) return findings.dropped('replica');
  if (total === null) {
    findings.warning('a count of tokens has no total');
    return findings.dropped('not_a_response');
  }
  const before = state.total;
  if (before !== null && isSame(before, total)) return findings.dropped('repeat');
  state.total = total;
  if (copied || state.imported) return findings.dropped('replay');
  const counts = last ?? added(before, total, state.inherits);
  if (counts === null) {
    findings.warning('the first count of a thread that goes on from another says only the total of both');
    return findings.dropped('fork');
  }
  // The same line has the same key in every copy of the file.
  const key = `count:${state.thread}:${at}:${total.input}:${total.output}`;
  give(responseOf(state, { key, at, model: state.model }, counts), findings);
}

/** How much a model takes in. */
export function takeWindow(state: CodexState, tokens: unknown): void {
  if (typeof tokens === 'number' && tokens > 0 && tokens < 1e9) state.context_limit = Math.trunc(tokens);
}

function responseOf(
  { thread, provider }: CodexState,
  known: Pick<Response, 'key' | 'at' | 'model'>,
  { input, cached, written, output, reasoning }: Counts,
): Response {
  return {
    ...known,
    alias: null,
    replica: false,
    session: thread,
    provider,
    input: Math.max(0, input - cached - written),
    output,
    cache_read: cached,
    cache_write_5m: written,
    cache_write_1h: 0,
    reasoning,
    web_searches: 0,
    tier: 'standard',
    region: null,
    reported_pico: null,
  };
}

function give(response: Response, findings: Findings): void {
  const { input, output, cache_read, cache_write_5m, reasoning } = response;
  const counts = [input, output, cache_read, cache_write_5m, reasoning];
  if (counts.every((tokens) => tokens === 0)) return findings.dropped('zero');
  if (Math.max(...counts) <= MOST_IN_A_RESPONSE) return findings.response(response);
  findings.warning('one response has more tokens than any can: not counted');
  findings.dropped('not_a_response');
}

function countsOf(value: unknown, findings: Findings, most?: number): Counts | null {
  const usage = objectOf(value);
  if (usage === null) return null;
  const tokens = (name: string) =>
    tokensOf(usage[name], () => findings.warning(`${name} is not a count of tokens: taken for 0`), most);
  return {
    input: tokens('input_tokens'),
    cached: tokens('cached_input_tokens'),
    written: tokens('cache_write_input_tokens'),
    output: tokens('output_tokens'),
    reasoning: tokens('reasoning_output_tokens'),
  };
}

function isSame(one: Counts, other: Counts): boolean {
  return (
    one.input === other.input &&
    one.cached === other.cached &&
    one.written === other.written &&
    one.output === other.output &&
    one.reasoning === other.reasoning
  );
}

/** What came since the total before. One that falls has started again. null: it cannot be known. */
function added(before: Counts | null, total: Counts, inherits: boolean): Counts | null {
  if (before === null) return inherits ? null : total;
  if (sizeOf(total) < sizeOf(before)) return total;
  const more = (name: keyof Counts) => Math.max(0, total[name] - before[name]);
  return {
    input: more('input'),
    cached: more('cached'),
    written: more('written'),
    output: more('output'),
    reasoning: more('reasoning'),
  };
}

function sizeOf(counts: Counts): number;
function sizeOf(counts: Counts | null): number | null;
function sizeOf(counts: Counts | null): number | null {
  return counts === null ? null : counts.input + counts.output;
}

/** 0 stands where it is not known: a compaction has just replaced what was there. */
function contextOf(usage: unknown, counts: Counts): number | null {
  const said = objectOf(usage)?.total_tokens;
  const tokens = typeof said === 'number' && said >= 0 && said < 1e9 ? Math.trunc(said) : sizeOf(counts);
  return tokens === 0 ? null : tokens;
}

function takeLimits(state: CodexState, value: unknown, at: number): void {
  const limits = objectOf(value);
  if (limits === null) return;
  const id = textOf(limits.limit_id, 64);
  for (const window of ['primary', 'secondary']) {
    const limit = objectOf(limits[window]);
    const used = limit?.used_percent;
    if (limit === null || typeof used !== 'number' || !(used >= 0 && used <= 1e6)) continue;
    const name = id === null || id === 'codex' || !/^[\w-]+$/u.test(id) ? window : `${id}:${window}`;
    const known = state.limits[name];
    if (known === undefined ? Object.keys(state.limits).length >= LIMITS_KEPT : known.at > at) continue;
    const minutes = limit.window_minutes;
    const seconds = limit.resets_in_seconds;
    state.limits[name] = {
      used_percent: used || 0,
      window_minutes: typeof minutes === 'number' && minutes > 0 && minutes < 1e9 ? Math.trunc(minutes) : null,
      resets_at: timeOf(limit.resets_at) ?? (typeof seconds === 'number' ? timeOf(at + seconds * 1000) : null),
      at,
    };
  }
}
