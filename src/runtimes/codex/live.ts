import { ageOf, isoOf, type Live, type LiveEvidence } from '../../protocol/index.js';
import type { CodexState } from './state.js';

/** So long a turn that ended is news; then it is nothing but idle. */
const NEWS_MS = 30 * 60_000;
/** So long the end of a rollout says what its thread does, where no lock does. */
const TAIL_MS = 10 * 60_000;

/** The rollout of a thread that was written to last, and where it lies. */
export interface Rollout {
  state: CodexState;
  /** Relative to the home directory. */
  file: string;
}

/** What the lock of a thread says; null: locks say nothing here. */
export interface Lock {
  held: boolean;
  /** Relative to the home directory. */
  file: string;
}

/** What a thread does, by the first that holds: its lock, then how its last turn stands. */
export function liveOf(rollout: Rollout, lock: Lock | null, now: number): Live {
  if (lock === null) return byTail(rollout, now);
  if (!lock.held) return live('gone', null, null, { source: 'lock', file: null, field: null, value: null });
  return standing(rollout, now, (value) => ({ source: 'lock', file: lock.file, field: 'held', value }));
}

/** No lock says whether a process has it: its last lines do, while they are new. */
function byTail(rollout: Rollout, now: number): Live {
  const { state, file } = rollout;
  const evidence = (value: string): LiveEvidence => ({ source: 'transcript', file, field: 'type', value });
  const age = state.last_at === null ? null : ageOf(state.last_at, now);
  if (age === null || age >= TAIL_MS) return live('unknown', null, state.last_at, evidence(lastKind(state)));
  const stands = standing(rollout, now, evidence);
  return stands.status === 'working' ? { ...stands, reason: 'inferred' } : stands;
}

/**
 * How the last turn stands. A command that waits to be approved is not on disk: it looks like a tool that runs.
 * @param evidence of the kind of the line that decided
 */
function standing({ state, file }: Rollout, now: number, evidence: (kind: string) => LiveEvidence): Live {
  const { phase, phase_at: at, error, calls } = state;
  if (phase === 'complete' && error !== null) {
    return live('error', error, at, { source: 'transcript', file, field: 'error', value: error });
  }
  const question = calls.find((call) => call.name === 'request_user_input');
  if (question !== undefined) return live('waiting', 'question', question.at, evidence(question.name));
  const call = calls.at(-1);
  const kind = lastKind(state);
  switch (phase) {
    case 'open':
      if (call === undefined) return live('working', null, state.last_at, evidence(kind));
      return { ...live('working', 'tool', state.last_at, evidence(kind)), detail: call.name };
    case 'aborted':
      return live('idle', 'interrupted', at, evidence(kind));
    case 'complete': {
      const age = at === null ? null : ageOf(at, now);
      return live(age !== null && age < NEWS_MS ? 'waiting' : 'idle', 'turn_ended', at, evidence(kind));
    }
    default:
      // Opened, and nothing asked yet; or of a version that does not write where turns begin and end.
      return live(state.total === null && !state.records ? 'idle' : 'unknown', null, state.last_at, evidence(kind));
  }
}

/** The kind of the last line that says how the turn stands. */
function lastKind({ phase, calls }: CodexState): string {
  if (phase === 'complete') return 'task_complete';
  if (phase === 'aborted') return 'turn_aborted';
  return calls.at(-1)?.kind ?? (phase === 'open' ? 'task_started' : 'session_meta');
}

function live(status: Live['status'], reason: string | null, since: number | null, evidence: LiveEvidence): Live {
  return { status, reason, detail: null, since: since === null ? null : isoOf(since), evidence };
}
