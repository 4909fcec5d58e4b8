import { type Alert, ALERT_SEVERITIES, type AlertSeverity, cutText } from '../../protocol/index.js';

/** One thing that is sent to one target. */
export interface Message {
  /** The same for each attempt; receivers tell by it what they have had. Printable ASCII without blanks and full stops. */
  id: string;
  type: 'alert.firing' | 'alert.resolved' | 'alert.digest' | 'test';
  /** When it was made, milliseconds since the epoch. */
  at: number;
  /** What it is about: one alert, of a digest up to `MOST_NAMED`. */
  alerts: readonly Alert[];
  /** How many it is about. */
  total: number;
  /** The machine that it comes from. */
  host: string;
  /** Where a person can look; of one alert its own page. */
  url: string;
}

/** A digest names so many alerts, and counts the others. */
export const MOST_NAMED = 100;
const LONGEST_SUMMARY = 500;
const LONGEST_EVIDENCE = 2000;

/** The key under which every message about an alert goes: `rule|agent|host|since`, which is the alert's id. */
export function idOf(text: string, suffix = ''): string {
  return (
    encodeURIComponent(oneLine(text)).replaceAll('%7C', '|').replaceAll('%3A', ':').replaceAll('.', '%2E') + suffix
  );
}

/** An alert as it is sent: its texts come from files that agents write, so they are on one line and bounded. */
export function bounded(alert: Alert): Alert {
  return {
    ...alert,
    summary: cutText(oneLine(alert.summary), LONGEST_SUMMARY),
    evidence: cutText(oneLine(alert.evidence), LONGEST_EVIDENCE),
  };
}

/** A text without line ends and other control characters, which would be taken for something else at the other end. */
function oneLine(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about
      .replaceAll(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ')
      .replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
      .trim()
  );
}

/** The loudest severity of a message. */
export function severityOf({ alerts }: Message): AlertSeverity {
  return alerts.reduce<AlertSeverity>(
    (loudest, { severity }) =>
      ALERT_SEVERITIES.indexOf(severity) > ALERT_SEVERITIES.indexOf(loudest) ? severity : loudest,
    'info',
  );
}

/** Its subject, on one line. */
export function titleOf(message: Message): string {
  const { type, alerts, total, host } = message;
  const [first] = alerts;
  if (type === 'test') return `Test of alerts from ${host}`;
  if (type === 'alert.digest') {
    const rules = [...new Set(alerts.map(({ rule }) => rule))];
    const about = rules.length === 1 ? ` of ${rules[0]}` : '';
    return `${total} alerts${about} on ${host}`;
  }
  const word = type === 'alert.resolved' ? 'resolved' : first?.severity;
  return `[${word}] ${oneLine(first?.summary ?? '')}`;
}

/** What it says below its subject, a line each, at most `most` of them about alerts. */
export function linesOf(message: Message, most: number): string[] {
  const { type, alerts, total, host } = message;
  const [first] = alerts;
  if (type !== 'alert.digest') return first === undefined ? [] : [first.evidence, `${whoOf(first)}, ${host}`];
  const named = alerts.slice(0, most).map((alert) => `${markOf(alert)} ${alert.summary} (${whoOf(alert)})`);
  return total > named.length ? [...named, `and ${total - named.length} more`] : named;
}

function whoOf({ rule, agent, since }: Alert): string {
  return `${rule}${agent === null ? '' : `, agent ${oneLine(agent)}`}, since ${since}`;
}

function markOf({ state, severity }: Alert): string {
  return `[${state === 'resolved' ? 'resolved' : severity}]`;
}
