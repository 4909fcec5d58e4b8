import type { Alert } from '../../protocol/index.js';
import type { Outbox, TargetRecord } from './outbox.js';
import type { Target } from './target.js';

/** A target that nothing arrived at for so long is sent a proof that it would. */
const CANARY_MS = 7 * 24 * 3_600_000;

interface ProofFacts {
  record: Pick<TargetRecord, 'last_success_at' | 'canary_at'> | null;
  host: string;
  now: number;
}

/**
 * Queues the proof that a target is reached, when nothing has arrived there for a week. Of a new target the first one is due in
 * a week: whoever makes it, tests it. Returns whether something was queued.
 */
export function proveWeekly(outbox: Outbox, { name }: Target, { record, host, now }: ProofFacts): boolean {
  const { last_success_at: success = null, canary_at: canary = null } = record ?? {};
  const last = Math.max(success ?? 0, canary ?? 0);
  if (canary !== null && last <= now && now - last < CANARY_MS) return false;
  outbox.canary(name, now);
  if (canary === null) return false;
  const alert = testAlert('canary', name, host, now);
  outbox.keep(alert, false, now);
  outbox.add(alert, name, 'test', now);
  return true;
}

/** An alert that is about nothing, to be told to one target. */
export function testAlert(rule: 'test' | 'canary', target: string, host: string, at: number): Alert {
  const since = new Date(at).toISOString();
  return {
    id: `${rule}|${target}|${host}|${since}`,
    rule,
    severity: 'info',
    state: 'firing',
    agent: null,
    since,
    fired_at: since,
    resolved_at: null,
    updated_at: null,
    summary: `This is a test: alerts from ${host} reach the target ${target}`,
    evidence: rule === 'test' ? 'somebody asked for it: mc alerts test' : 'sent when nothing else arrived for a week',
    value: null,
    limit: null,
    unit: null,
    acknowledged_at: null,
    silenced_until: null,
    muted: false,
  };
}
