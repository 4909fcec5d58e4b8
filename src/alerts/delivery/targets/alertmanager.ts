import type { Alert } from '../../../protocol/index.js';
import { bounded } from '../message.js';
import { jsonTo, type Outgoing } from './form.js';

/** How often everything that fires is sent again, in milliseconds. */
export const RESEND_MS = 60_000;
/** What is not sent again for so long is over for Alertmanager. */
const ENDS_AFTER_MS = 3 * RESEND_MS;
const SOURCE = 'mission-control';

export interface Batch {
  alerts: readonly Alert[];
  now: number;
  host: string;
  /** Where a person can look at an alert. */
  linkTo: (alert: Alert) => string;
}

/** Everything that fires, and what is over, for Alertmanager's API v2 at `base`. */
export function alertsRequest(base: string, { alerts, now, host, linkTo }: Batch): Outgoing {
  const rows = alerts.map(bounded).map((alert) => ({
    labels: labelsOf(alert, host),
    annotations: { summary: alert.summary, evidence: alert.evidence, since: alert.since },
    startsAt: alert.fired_at ?? alert.since,
    endsAt: alert.state === 'resolved' ? (alert.resolved_at ?? isoOf(now)) : isoOf(now + ENDS_AFTER_MS),
    generatorURL: linkTo(alert),
  }));
  return jsonTo(`${withoutSlash(base)}/api/v2/alerts`, rows);
}

/** Where Alertmanager tells what it holds back of ours. */
export function suppressedUrl(base: string): string {
  return `${withoutSlash(base)}/api/v2/alerts?active=false&filter=${encodeURIComponent(`source="${SOURCE}"`)}`;
}

/** Which of our alerts Alertmanager holds back, by the key of `labelKey`. What is not its form is no alert. */
export function readSuppressed(text: string): Set<string> {
  const rows: unknown = JSON.parse(text);
  const keys = (Array.isArray(rows) ? rows : []).flatMap((row: unknown) => {
    const { labels, status } = (row ?? {}) as { labels?: Record<string, unknown>; status?: { state?: unknown } };
    return status?.state === 'suppressed' && labels ? [labelKey(labels)] : [];
  });
  return new Set(keys);
}

/** What tells our alerts apart at Alertmanager. */
export function labelKey({ rule, agent, host }: Record<string, unknown>): string {
  return JSON.stringify([rule ?? null, agent ?? null, host ?? null]);
}

/** The labels of an alert: the same as long as it lasts. */
export function labelsOf({ rule, severity, agent }: Alert, host: string): Record<string, string> {
  return { alertname: rule, severity, ...(agent === null ? {} : { agent }), host, source: SOURCE, rule };
}

function withoutSlash(base: string): string {
  return base.replace(/\/+$/, '');
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}
