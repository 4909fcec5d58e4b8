/** How loud an alert is, mildest first. */
export const ALERT_SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** `pending`: the condition holds, but not yet for as long as the rule asks. An alert of which nothing is true is not kept. */
export const ALERT_STATES = ['pending', 'firing', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** One thing that is wrong: a rule, and the agent that it is about where it is about one. Times: ISO 8601 UTC. */
export interface Alert {
  /** `rule|agent|host|since`: the same for every message about this alert, another when it comes again. */
  id: string;
  rule: string;
  severity: AlertSeverity;
  state: AlertState;
  agent: string | null;
  /** Since when the condition holds. */
  since: string;
  /** Since when it fires; null while pending. */
  fired_at: string | null;
  resolved_at: string | null;
  /** One line: what is wrong. */
  summary: string;
  /** What it was seen by: file, field and word, or metric and figures. */
  evidence: string;
  /** The figure that was judged and its limit, in `unit`; null for rules that judge no figure. */
  value: number | null;
  limit: number | null;
  unit: string | null;
  /** When somebody said that they know; null until then. */
  acknowledged_at: string | null;
  /** Until when nobody is told of it; null when it is not silenced. */
  silenced_until: string | null;
}
