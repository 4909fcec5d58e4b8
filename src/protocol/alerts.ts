/** How loud an alert is, mildest first. */
export const ALERT_SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** `pending`: the condition holds, but not yet for as long as the rule asks. An alert of which nothing is true is not kept. */
export const ALERT_STATES = ['pending', 'firing', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** One thing that is wrong: a rule, and the agent that it is about where it is about one. Times: ISO 8601 UTC. */
export interface Alert {
  /** `rule|agent|host|first seen`: the same for every message about this alert, another when it comes again. */
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
  /** When `summary`, `evidence` and `value` were brought up to date after it fired; null: they are those it fired with. */
  updated_at: string | null;
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
  /** Until when it is not delivered to anybody; null when it is not silenced. */
  silenced_until: string | null;
  /** Its rule is muted: it fires and is listed, and nobody is told. */
  muted: boolean;
}

/** The order in which alerts are listed: what fires before what is pending, the loudest first, then the oldest. */
export function byLoudness(a: Alert, b: Alert): number {
  if (a.state !== b.state) return a.state === 'firing' ? -1 : 1;
  const louder = ALERT_SEVERITIES.indexOf(b.severity) - ALERT_SEVERITIES.indexOf(a.severity);
  return louder || (a.since < b.since ? -1 : a.since > b.since ? 1 : a.id < b.id ? -1 : 1);
}

/** Whether an alert concerns people who have not seen to it. */
type Concern = Pick<Alert, 'state' | 'acknowledged_at' | 'silenced_until'> & {
  /** Servers of before do not say. */
  muted?: boolean;
};

/** True for an alert that fires while nobody has said that they know of it, or asked not to hear of it. */
export function isUnseen(alert: Concern): boolean {
  return isLoud(alert) && alert.acknowledged_at === null;
}

/** True for an alert that fires and that nobody asked not to hear of: neither silenced nor muted. */
export function isLoud({ state, silenced_until: silenced, muted = false }: Omit<Concern, 'acknowledged_at'>): boolean {
  return state === 'firing' && silenced === null && !muted;
}

/** True for the event of an alert that only brings it up to date: it fired before, and fires still. Both times are ISO 8601 UTC. */
export function isAlertUpdate(timestamp: string, { state, updated_at: updated }: Alert): boolean {
  return state === 'firing' && updated !== null && updated === timestamp;
}

/** Why a rule's alerts are not delivered for a while: of those about `agent`, or of all of them. */
export interface AlertSilence {
  id: string;
  rule: string;
  agent: string | null;
  reason: string;
  created_at: string;
  until: string;
}

/** A rule, and how it stands. */
export interface AlertRule {
  name: string;
  /** `user`: from the user's `alerts.json`. */
  source: 'builtin' | 'user';
  severity: AlertSeverity;
  /** What is wrong when it fires, in a few words. */
  title: string;
  /** What it looks at, and what it asks of it. */
  looks_at: string;
  /** False: switched off in `alerts.json`. */
  enabled: boolean;
  /** True: it fires and is shown, but is not delivered. */
  muted: boolean;
  /** How long its condition must hold before it fires. */
  for_seconds: number;
  /** How long it must not hold before the alert is over. */
  keep_firing_seconds: number;
  /** How long after an alert the next one about the same waits. */
  cooldown_seconds: number;
  /** The figure above or below which its condition holds, in `unit`; null for rules that judge no figure. */
  limit: number | null;
  unit: string | null;
  /** The loudest of its alerts. */
  state: 'inactive' | 'pending' | 'firing';
  pending: number;
  firing: number;
  /** Why it could not be judged the last time; null: it was. */
  error: string | null;
}

/** What became of the user's `alerts.json`. */
export interface AlertsFile {
  /** Null: this server reads none. */
  path: string | null;
  /** `kept`: it is wrong now, and what it said before that is in force. */
  state: 'none' | 'read' | 'wrong' | 'kept';
  /** What is wrong with it, and where. */
  error: string | null;
}

/** What an Alertmanager that is told of alerts does with them. */
export interface SuppressedAlerts {
  /** The ids of those that it holds back, silenced or inhibited there, as it said a minute ago at most. Absent in older servers. */
  suppressed?: string[];
}

/** Answer of `/api/alerts`. */
export interface AlertsAnswer extends SuppressedAlerts {
  /** Those that fire and those that are about to, loudest first, then the oldest. */
  alerts: Alert[];
  rules: AlertRule[];
  silences: AlertSilence[];
  /** Over all rules, whatever was asked for. `unseen`: fire, and are neither acknowledged, silenced nor muted. */
  summary: { firing: number; pending: number; acknowledged: number; silenced: number; unseen: number };
  file: AlertsFile;
  timestamp: string;
}

/** Answer of `/api/alerts/{rule}`. */
export interface AlertRuleAnswer extends SuppressedAlerts {
  rule: AlertRule;
  alerts: Alert[];
  silences: AlertSilence[];
  /** Its last alerts that are over, newest first. */
  history: Alert[];
}

/** Answer of `/api/alerts/history`: alerts that are over, newest first. */
export interface AlertHistoryAnswer {
  alerts: Alert[];
  next_cursor: string | null;
}

/** What `POST /api/alerts/{rule}/silence` takes. */
export interface NewAlertSilence {
  /** Of the alerts about this agent only. */
  agent?: string;
  /** A duration: `2h`. */
  for: string;
  reason: string;
}

export interface SilenceAnswer {
  success: true;
  silence: AlertSilence;
}

/** Answer of `POST /api/alerts/{rule}/ack`: those that were acknowledged, some of them earlier. */
export interface AlertAckAnswer {
  success: true;
  alerts: Alert[];
}
