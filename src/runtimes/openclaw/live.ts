import type { Live, LiveEvidence } from '../../protocol/index.js';
import type { Gateway } from './gateway.js';
import type { Approval } from './global.js';
import type { Tail } from './transcript.js';
import { isoFrom } from './values.js';

/** What is known of a session that its status follows from. */
export interface Signs {
  gateway: Gateway | null;
  /** The first that is pending for this session. */
  approval: Approval | null;
  /** Where the global database lies, as evidence. */
  globalFile: string;
  /** It is not one that goes on: archived, deleted, replaced. Evidence of it. */
  over: LiveEvidence | null;
  /** What is said last of a session that was spawned or is a run of cron: evidence with its status. */
  final: LiveEvidence | null;
  tail: Tail | null;
  /** Where the tail is from. */
  source: Pick<LiveEvidence, 'source' | 'file' | 'field'>;
}

const WORKS_MS = 10 * 60_000;
const WAITS_MS = 30 * 60_000;
const FINAL = new Set(['done', 'failed', 'killed', 'timeout']);
const OPEN = new Set(['user', 'toolResult', 'toolUse']);
const FAILED = new Set(['error', 'timeout']);

/** Whether a session's status says that it will not go on. */
export function isFinal(status: string | null): status is string {
  return status !== null && FINAL.has(status);
}

/** Whether an approval is one that somebody waits for: of this start of the gateway, and not expired. */
export function isWaiting(approval: Approval, gateway: Gateway | null, now: number): boolean {
  return gateway !== null && approval.boot === gateway.boot && approval.expires > now;
}

/** What a session does now: by the first sign that holds. */
export function liveOf(signs: Signs, now: number): Live {
  const { gateway, approval, over, final, tail } = signs;
  if (gateway === null)
    return live('gone', null, null, { source: 'process', file: 'gateway lock', field: 'pid', value: null });
  if (over !== null) return live('gone', null, null, over);
  if (approval !== null) {
    const evidence = { source: 'database', field: 'operator_approvals.status', value: 'pending' } as const;
    const waits = live('waiting', 'permission', approval.created, { ...evidence, file: signs.globalFile });
    return { ...waits, detail: approval.tool };
  }
  if (final !== null) return live('gone', null, null, final);
  return tail === null ? live('unknown', null, null, { ...signs.source, value: null }) : byTail(tail, signs, now);
}

function byTail(tail: Tail, { source }: Signs, now: number): Live {
  const evidence = { ...source, value: tail.kind };
  const age = now - tail.at;
  if (FAILED.has(tail.kind)) return live('error', tail.kind, tail.at, evidence);
  if (tail.kind === 'aborted') return live('idle', 'interrupted', tail.at, evidence);
  // That a turn runs is nowhere on disk.
  if (OPEN.has(tail.kind)) return live(age < WORKS_MS ? 'working' : 'unknown', 'inferred', tail.at, evidence);
  return live(age < WAITS_MS ? 'waiting' : 'idle', 'turn_ended', tail.at, evidence);
}

function live(status: Live['status'], reason: string | null, since: number | null, evidence: LiveEvidence): Live {
  return { status, reason, detail: null, since: isoFrom(since), evidence };
}
