import { fieldOf, textFrom } from '../../protocol/index.js';
import type { Findings, Response } from '../facts.js';
import { type EntryUsage, usageOf } from './usage.js';
import { textOf, timeOf } from '../values.js';
import { later, pathOf } from './values.js';

/** What the last entry of a transcript says of its turn. */
export interface Tail {
  /** `user`, `toolResult`, or why the assistant stopped: `toolUse`, `stop`, `error` … */
  kind: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** What is kept of the entries of one transcript. JSON-safe and small. */
export interface TranscriptState {
  started: number | null;
  last: number | null;
  cwd: string | null;
  model: string | null;
  compactions: number;
  errors: number;
  tail: Tail | null;
  /** Codex threads of which this transcript mirrors what they said last. */
  threads: string[];
}

/** Where entries come from, and who hears what they say. */
export interface Telling {
  agentId: string;
  session: string;
  findings: Findings;
  /** Whether an error is told for the first time: copies of a transcript have it too. */
  firstError(key: string): boolean;
  /** Hears of the entry of every response. */
  entry?(id: string): void;
}

const QUIET = new Set([
  'branch_summary',
  'custom',
  'custom_message',
  'label',
  'leaf',
  'session_info',
  'thinking_level_change',
]);
const ERRORS = new Set(['error', 'aborted', 'timeout']);
const OWN_MODELS = new Set(['gateway-injected', 'delivery-mirror']);
const MIRROR = /^codex-app-server:([^:]{1,100}):/;
const MOST_THREADS = 50;

/** The state before the first entry. */
export function beginTranscript(): TranscriptState {
  return { started: null, last: null, cwd: null, model: null, compactions: 0, errors: 0, tail: null, threads: [] };
}

/** The name that a mirror of a Codex thread and the rollout of it have in common. */
export function aliasOfThread(agentId: string, thread: string): string {
  return `thread:${agentId}:${thread}`;
}

/**
 * Takes in one entry. Changes the state. Never throws, whatever the entry is.
 * @param written when its row was written, for an entry that does not say when it was: milliseconds, or null
 */
export function takeEntry(state: TranscriptState, entry: unknown, written: number | null, telling: Telling): void {
  const type = textOf(fieldOf(entry, 'type'), 60);
  if (type === null) return telling.findings.dropped('not_a_response');
  const at = timeOf(fieldOf(entry, 'timestamp')) ?? timeOf(pathOf(entry, 'message', 'timestamp')) ?? written;
  // Not the earliest: a fork begins with what was said before it.
  state.started ??= at;
  state.last = later(state.last, at);
  if (type === 'session') state.cwd ??= textOf(fieldOf(entry, 'cwd'), 4096);
  else if (type === 'model_change') state.model = textOf(fieldOf(entry, 'modelId')) ?? state.model;
  else if (type === 'compaction') state.compactions += 1;
  else if (type === 'message') takeMessage(state, entry, at ?? state.last, telling);
  else if (!QUIET.has(type)) telling.findings.unknown(type);
}

function takeMessage(state: TranscriptState, entry: unknown, at: number | null, telling: Telling): void {
  const message = fieldOf(entry, 'message');
  const role = textOf(fieldOf(message, 'role'), 60);
  const thread = MIRROR.exec(textFrom(fieldOf(message, 'idempotencyKey')) ?? '')?.[1] ?? null;
  if (thread !== null && !state.threads.includes(thread))
    state.threads = [...state.threads, thread].slice(-MOST_THREADS);
  if (role === 'user' || role === 'toolResult') state.tail = at === null ? state.tail : { kind: role, at };
  if (role !== 'assistant') return;
  const stopped = textOf(fieldOf(message, 'stopReason'), 60) ?? 'stop';
  if (at !== null) {
    state.tail = { kind: stopped, at };
    if (ERRORS.has(stopped)) takeError(state, entry, at, telling);
  }
  takeResponse(state, entry, { at, thread }, telling);
}

function takeError(state: TranscriptState, entry: unknown, at: number, telling: Telling): void {
  if (!telling.firstError(`${textOf(fieldOf(entry, 'id')) ?? ''}:${at}`)) return;
  state.errors += 1;
  const code = textOf(pathOf(entry, 'message', 'stopReason'), 60) ?? 'error';
  telling.findings.error({ session: telling.session, at, code, http_status: null, resets_at: null });
}

function takeResponse(
  state: TranscriptState,
  entry: unknown,
  known: { at: number | null; thread: string | null },
  telling: Telling,
): void {
  const { findings } = telling;
  const message = fieldOf(entry, 'message');
  const usage = usageOf(entry);
  const model = textOf(fieldOf(message, 'model'));
  const provider = textOf(fieldOf(message, 'provider'));
  if (usage?.doubtful) findings.warning('a count of tokens is negative or not a number: it counts as 0');
  if (usage === null || provider === 'openclaw' || OWN_MODELS.has(model ?? ''))
    return findings.dropped('not_a_response');
  if (usage.input + usage.output + usage.cacheRead + usage.cacheWrite === 0) return findings.dropped('zero');
  if (known.at === null) return findings.warning('a response without a time in it or before it is not counted');
  state.model = model ?? state.model;
  const id = textOf(fieldOf(entry, 'id')) ?? `${telling.session}:`;
  telling.entry?.(id);
  findings.response(responseOf(usage, { id, model, provider, at: known.at, thread: known.thread }, telling));
}

function responseOf(
  usage: EntryUsage,
  said: { id: string; model: string | null; provider: string | null; at: number; thread: string | null },
  { agentId, session }: Telling,
): Response {
  return {
    // Without the session: forks, resets, leftovers and archives copy entries, ids and times with them.
    key: [agentId, said.id, said.at, usage.input, usage.output].join(':'),
    alias: said.thread === null ? null : aliasOfThread(agentId, said.thread),
    replica: said.thread !== null,
    session,
    at: said.at,
    model: said.model,
    provider: said.provider,
    input: usage.input,
    output: usage.output,
    cache_read: usage.cacheRead,
    cache_write_5m: usage.cacheWrite,
    cache_write_1h: 0,
    reasoning: 0,
    web_searches: 0,
    tier: 'standard',
    region: null,
    reported_pico: usage.reportedPico,
  };
}
