import type { Findings, TranscriptForm } from '../facts.js';
import { slim } from '../slim.js';
import { objectOf, textOf, timeOf } from '../values.js';
import { begin, isCopied, takeMeta } from './identity.js';
import type { CodexState, Entry } from './state.js';
import { takeAbort, takeCompaction, takeEnd, takeItem, takeStart } from './turns.js';
import { takeCount, takeRecord, takeTurnContext } from './usage.js';

/** How lines begin, as long as Codex writes them: what they are, before what they hold. */
const HEAD =
  /^\{"timestamp":"([^"\\]{1,40})",(?:"ordinal":(\d{1,15}),)?"type":"(\w{1,40})","payload":\{(?:"type":"(\w{1,60})"[,}])?/u;
const HEAD_BYTES = 256;
const BRACE = 0x7d;

const WHOLE = new Set(['session_meta', 'turn_context', 'token_usage_record']);
const EVENTS = new Set([
  'token_count',
  'task_started',
  'turn_started',
  'task_complete',
  'turn_complete',
  'turn_aborted',
]);
const CALL = /_call(?:_output)?$|_output$/u;
const KNOWN = new Set([...WHOLE, 'event_msg', 'response_item', 'compacted']);

/** Rollouts of Codex. */
export const form: TranscriptForm<CodexState> = {
  begin,

  // Each says at least when it was written.
  wants: () => true,

  /** Most of a rollout is conversation, and a compaction holds all of it once more: of these, only the head is looked at. */
  read(line) {
    const head = HEAD.exec(line.toString('latin1', 0, HEAD_BYTES));
    if (head === null) return JSON.parse(slim(line).toString('utf8'));
    const [, timestamp, ordinal, type = '', kind] = head;
    if (isWanted(type, kind)) return JSON.parse(slim(line).toString('utf8'));
    if (line.at(-1) !== BRACE) throw new SyntaxError('the line has no end');
    const payload = kind === undefined ? {} : { type: kind };
    return ordinal === undefined
      ? { timestamp, type, payload }
      : { timestamp, ordinal: Number(ordinal), type, payload };
  },

  take(state, value, findings) {
    const line = objectOf(value);
    const type = textOf(line?.type, 64);
    if (line === null || type === null) return findings.unknown('without a type');
    // A line without a time is of the time of the one before it.
    const at = timeOf(line.timestamp) ?? state.last_at ?? state.started_at ?? 0;
    const payload = objectOf(line.payload) ?? {};
    const entry: Entry = {
      type,
      payload,
      kind: textOf(payload.type, 64) ?? '',
      ordinal: line.ordinal,
      at,
      copied: false,
    };
    if (type === 'session_meta') takeMeta(state, entry);
    else if (!KNOWN.has(type)) findings.unknown(/^\w+$/u.test(type) ? type : 'with a type that is not a word');
    entry.copied = isCopied(state, entry);
    if (!entry.copied || state.last_at === null) state.last_at = at;
    // Below its own first ordinal nothing is said of this thread; a replay ends in how things stood when it began.
    if (entry.copied && state.own_from !== null) dropCopied(entry, findings);
    else takeEntry(state, entry, findings);
  },
};

function isWanted(type: string, kind: string | undefined): boolean {
  if (type === 'event_msg') return kind === undefined || EVENTS.has(kind);
  if (type === 'response_item') return kind === undefined || CALL.test(kind);
  return WHOLE.has(type);
}

function takeEntry(state: CodexState, entry: Entry, findings: Findings): void {
  const { type, kind, copied } = entry;
  if (type === 'turn_context') takeTurnContext(state, entry);
  else if (type === 'token_usage_record') takeRecord(state, entry, findings);
  else if (type === 'compacted' && !copied) takeCompaction(state);
  else if (type === 'response_item' && CALL.test(kind)) takeItem(state, entry);
  else if (type === 'event_msg') takeEvent(state, entry, findings);
}

function takeEvent(state: CodexState, entry: Entry, findings: Findings): void {
  switch (entry.kind) {
    case 'token_count':
      return takeCount(state, entry, findings);
    case 'task_started':
    case 'turn_started':
      return takeStart(state, entry);
    case 'task_complete':
    case 'turn_complete':
      return takeEnd(state, entry, findings);
    case 'turn_aborted':
      return takeAbort(state, entry);
  }
}

function dropCopied({ type, kind }: Entry, findings: Findings): void {
  if (type === 'token_usage_record') findings.dropped('fork');
  else if (type === 'event_msg' && kind === 'token_count') findings.dropped('replay');
}
