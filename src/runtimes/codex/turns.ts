import type { Findings } from '../facts.js';
import { objectOf, textOf } from '../values.js';
import type { CodexState, Entry } from './state.js';
import { enterTurn, takeWindow } from './usage.js';

const CALLS_KEPT = 32;

/** A turn begins. */
export function takeStart(state: CodexState, { payload, at }: Entry): void {
  const turn = textOf(payload.turn_id, 128);
  if (turn !== null) enterTurn(state, turn);
  takeWindow(state, payload.model_context_window);
  stand(state, 'open', at, null);
}

/** A turn is over, with an error or without. */
export function takeEnd(state: CodexState, { payload, at, copied }: Entry, findings: Findings): void {
  const error = copied || state.imported ? null : errorOf(payload.error);
  stand(state, 'complete', at, error?.code ?? null);
  if (error === null) return;
  state.errors++;
  findings.error({ session: state.thread, at, code: error.code, http_status: error.status, resets_at: null });
}

/** A turn was broken off. */
export function takeAbort(state: CodexState, { at }: Entry): void {
  stand(state, 'aborted', at, null);
}

/** A tool is called, or its output is there: by the kind of the line, because there are ever more of them. */
export function takeItem(state: CodexState, { payload, kind, at }: Entry): void {
  const id = textOf(payload.call_id, 128);
  if (id === null) return;
  state.calls = state.calls.filter((call) => call.id !== id);
  if (!kind.endsWith('_call')) return;
  const name = textOf(payload.name, 128) ?? kind.slice(0, -'_call'.length);
  state.calls = [...state.calls, { id, name, kind, at }].slice(-CALLS_KEPT);
}

/** What was in the context has been replaced by less. */
export function takeCompaction(state: CodexState): void {
  state.compactions++;
  state.context_tokens = null;
}

function stand(state: CodexState, phase: CodexState['phase'], at: number, error: string | null): void {
  state.phase = phase;
  state.phase_at = at;
  state.error = error;
  state.calls = [];
}

/** What a turn ended in: `codex_error_info` is a word, or an object whose only member's name is that word. */
function errorOf(value: unknown): { code: string; status: number | null } | null {
  if (value === undefined || value === null) return null;
  const info = objectOf(value)?.codex_error_info;
  const tagged = objectOf(info);
  const code = tagged === null ? info : Object.keys(tagged)[0];
  const status = objectOf(tagged?.[String(code)])?.http_status_code;
  return {
    code: typeof code === 'string' && /^\w{1,64}$/u.test(code) ? code : 'unknown',
    status: typeof status === 'number' && status >= 100 && status <= 599 ? Math.trunc(status) : null,
  };
}
