import { ageOf, isoOf, type Live, type LiveEvidence } from '../../protocol/index.js';
import type { Processes } from '../processes.js';
import type { ProcessRecord } from './registry.js';
import type { ClaudeState } from './state.js';

/** So long a turn that ended is news; then it is nothing but idle. */
const NEWS_MS = 30 * 60_000;
/** So long a transcript that stands in the middle of a turn means work. */
const WORK_MS = 10 * 60_000;

/** A record, and whether the process that wrote it is there. */
export interface Registered {
  record: ProcessRecord;
  /** Relative to the home directory. */
  file: string;
  /** `unknown`: this machine does not say. */
  process: 'alive' | 'dead' | 'other' | 'unknown';
}

/** The transcript of a session, and where it lies. */
export interface Transcript {
  state: ClaudeState;
  /** Relative to the home directory. */
  file: string;
}

/** Whether the process of a record is there: the same pid, and the same start. */
export function processOf(record: ProcessRecord, processes: Processes): Registered['process'] {
  const start = processes.startOf(record.pid);
  if (start === undefined) return 'unknown';
  if (start === null) return 'dead';
  return record.start === null || record.start === start ? 'alive' : 'other';
}

/** A session that no process says it has. */
export const GONE: Live = live('gone', null, null, { source: 'registry', file: null, field: null, value: null });

/** What else there is to know of a session that a process says it has. */
export interface Circumstances {
  transcript: Transcript | null;
  /** The tool that was called last, here or by a subagent. */
  waitsFor: string | null;
  /** Milliseconds since the epoch. */
  now: number;
}

/** What a session does, by the first that holds: its process, what that says of itself, what the transcript says. */
export function liveOf(registered: Registered, { transcript, waitsFor, now }: Circumstances): Live {
  const { record, file, process } = registered;
  const of = (source: LiveEvidence['source'], field: string, value: string | null) => ({ source, file, field, value });
  if (process === 'dead') return live('gone', null, null, of('process', 'pid', 'dead'));
  if (process === 'other') return live('gone', null, null, of('process', 'procStart', 'other process'));
  if (process === 'unknown') return live('unknown', null, null, of('process', 'pid', null));
  const since = record.status_at;
  const status = of('registry', 'status', record.status);
  switch (record.status) {
    case 'waiting': {
      const evidence = of('registry', 'waitingFor', record.waiting_for);
      return /permission/iu.test(record.waiting_for ?? '')
        ? { ...live('waiting', 'permission', since, evidence), detail: waitsFor }
        : live('waiting', 'question', since, evidence);
    }
    case 'busy':
      return { ...live('working', null, since, status), detail: transcript?.state.pending.at(-1)?.name ?? null };
    case 'idle':
      return errorOf(transcript) ?? ended(since, now, status);
    case 'shell':
      return live('idle', 'background_shell', since, status);
    default:
      return byTail(transcript, now) ?? live('unknown', null, since, status);
  }
}

/** A process that does not say what it does: the end of its transcript does. null: there is none. */
function byTail(transcript: Transcript | null, now: number): Live | null {
  const tail = transcript?.state.tail ?? null;
  if (transcript === null || tail === null) return null;
  const evidence: LiveEvidence = { source: 'transcript', file: transcript.file, field: 'type', value: tail.kind };
  if (tail.kind === 'end') return errorOf(transcript) ?? ended(tail.at, now, evidence);
  const age = ageOf(tail.at, now);
  return age !== null && age < WORK_MS
    ? { ...live('working', 'inferred', tail.at, evidence), detail: transcript.state.pending.at(-1)?.name ?? null }
    : live('unknown', null, tail.at, evidence);
}

function errorOf(transcript: Transcript | null): Live | null {
  const error = transcript?.state.error ?? null;
  if (transcript === null || error === null) return null;
  return live('error', error.code, error.at, {
    source: 'transcript',
    file: transcript.file,
    field: 'error',
    value: error.code,
  });
}

function ended(since: number | null, now: number, evidence: LiveEvidence): Live {
  const age = since === null ? null : ageOf(since, now);
  return live(age !== null && age < NEWS_MS ? 'waiting' : 'idle', 'turn_ended', since, evidence);
}

function live(status: Live['status'], reason: string | null, since: number | null, evidence: LiveEvidence): Live {
  return { status, reason, detail: null, since: since === null ? null : isoOf(since), evidence };
}
