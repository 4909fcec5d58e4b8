import { objectOf, textOf, timeOf } from '../values.js';
import { nameOf } from './files.js';
import type { CodexState, Entry } from './state.js';

/** Names a thread in files of locks and in answers: nothing else is taken for an id. */
const THREAD = /^[0-9A-Za-z][0-9A-Za-z-]{0,127}$/u;
/** History is copied at once: a line within so many milliseconds of the first one, or of the one before, is of it. */
const REPLAY_MS = 1000;
const PAUSE_MS = 100;

/** The state before the first line. */
export function begin(path: string): CodexState {
  const { thread, continues, at } = nameOf(path);
  return {
    thread,
    identified: false,
    parent: null,
    kind: 'main',
    hidden: false,
    cwd: null,
    branch: null,
    version: null,
    provider: null,
    started_at: at,
    last_at: null,
    inherits: continues,
    own_from: null,
    replay: null,
    turn: null,
    imported: false,
    model: null,
    models: [],
    total: null,
    records: false,
    stated: null,
    context_tokens: null,
    context_limit: null,
    compactions: 0,
    errors: 0,
    limits: {},
    phase: 'none',
    phase_at: null,
    error: null,
    calls: [],
  };
}

/** The first says what the file is; a later one of another thread, that this thread's history is being copied. */
export function takeMeta(state: CodexState, { payload, at }: Entry): void {
  const id = textOf(payload.id, 128);
  if (state.identified) {
    if (id !== state.thread) state.replay = { from: at, to: at };
    return;
  }
  state.identified = true;
  if (id !== null && THREAD.test(id)) state.thread = id;
  state.started_at = timeOf(payload.timestamp) ?? at;
  state.cwd = textOf(payload.cwd, 4096);
  state.branch = textOf(objectOf(payload.git)?.branch);
  state.version = textOf(payload.cli_version, 64);
  state.provider = textOf(payload.model_provider, 64);
  takeOrigin(state, payload);
  const from = payload.subagent_history_start_ordinal;
  if (typeof from === 'number' && Number.isSafeInteger(from) && from > 0) state.own_from = from;
  const forked = textOf(payload.forked_from_id, 128) !== null || state.parent !== null;
  if (forked) state.replay = { from: at, to: at };
  state.inherits ||= forked || objectOf(payload.history_base) !== null;
}

/** Who began it: a person, another thread, or Codex for work of its own. */
function takeOrigin(state: CodexState, payload: Entry['payload']): void {
  const subagent = objectOf(payload.source)?.subagent;
  const spawn = objectOf(objectOf(subagent)?.thread_spawn);
  const parent = textOf(payload.parent_thread_id, 128) ?? textOf(spawn?.parent_thread_id, 128);
  if (parent !== null && THREAD.test(parent)) state.parent = parent;
  const review = payload.thread_source === 'guardian_review' || objectOf(subagent)?.other !== undefined;
  if (review || subagent === 'review') state.kind = 'review';
  else if (subagent !== undefined || payload.thread_source === 'subagent') state.kind = 'subagent';
  // A word instead of an object: a task that Codex sets itself.
  state.hidden = review || typeof subagent === 'string';
}

/** Whether a line is a copy from the parent's rollout. Forgets that history is copied once a line is not. */
export function isCopied(state: CodexState, { ordinal, at }: Entry): boolean {
  if (state.own_from !== null && typeof ordinal === 'number') return ordinal < state.own_from;
  if (state.replay === null) return false;
  const { from, to } = state.replay;
  if (at - from > REPLAY_MS && at - to > PAUSE_MS) {
    state.replay = null;
    return false;
  }
  state.replay.to = Math.max(to, at);
  return true;
}
