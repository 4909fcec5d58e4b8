import { type Alert, byLoudness, isUnseen } from '../protocol/index.js';
import { ago, shortSpan } from './ages.js';
import { clockTime } from './times.js';
import { UNKNOWN } from './words.js';

/** Alerts that fire and that nobody has seen to, in the order in which they are listed. */
export function unseenAlerts(alerts: Iterable<Alert>): Alert[] {
  return [...alerts].filter(isUnseen).sort(byLoudness);
}

type Standing = Pick<Alert, 'state' | 'acknowledged_at' | 'silenced_until'> & {
  /** Servers of before do not say. */
  muted?: boolean;
};

/**
 * How an alert stands, and who has seen to it: `firing, acknowledged`, `firing, silenced for 2h`. `now`: milliseconds since the
 * epoch.
 */
export function alertState(alert: Standing, now: number): string {
  const { state, acknowledged_at: acknowledged, silenced_until: silenced, muted = false } = alert;
  if (state === 'resolved') return 'over';
  const left = silenced === null ? Number.NaN : Date.parse(silenced) - now;
  const silence = Number.isNaN(left) ? UNKNOWN : shortSpan(Math.max(0, left));
  return [
    state,
    ...(acknowledged === null ? [] : ['acknowledged']),
    ...(silenced === null ? [] : [`silenced for ${silence}`]),
    ...(muted ? ['muted'] : []),
  ].join(', ');
}

/**
 * An alert and what it was seen by: `api is in error · firing since 03:10 (58m) · evidence: state.json status: error`. `now`:
 * milliseconds since the epoch; `zone` as in `clockTime`.
 */
export function alertSentence(alert: Alert, now: number, zone?: string): string {
  const { summary, since, evidence } = alert;
  const held = `since ${clockTime(since, zone).slice(0, 5)} (${ago(since, now)})`;
  return `${summary} · ${alertState(alert, now)} ${held} · evidence: ${evidence}`;
}
