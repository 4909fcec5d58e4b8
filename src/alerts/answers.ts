import {
  type Alert,
  type AlertRule,
  type AlertsAnswer,
  type AlertsFile,
  byLoudness,
  isUnseen,
  isoOf,
} from '../protocol/index.js';
import type { AlertsWanted } from './contract.js';
import type { ActiveRule } from './rules/index.js';
import { type KeptSilence, silenceRow } from './store/store.js';

/** What answers are made of. */
export interface Standing {
  rules: readonly ActiveRule[];
  /** Why a rule could not be judged the last time. */
  failures: ReadonlyMap<string, string>;
  /** Pending and firing. */
  alerts: readonly Alert[];
  silences: readonly KeptSilence[];
  file: AlertsFile;
  now: number;
}

export function alertsAnswer(standing: Standing, { state, rule, agent }: AlertsWanted): AlertsAnswer {
  const { alerts, silences, file, now } = standing;
  const wanted = alerts.filter(
    (alert) =>
      (state === undefined || alert.state === state) &&
      (rule === undefined || alert.rule === rule) &&
      (agent === undefined || alert.agent === agent),
  );
  const firing = alerts.filter((alert) => alert.state === 'firing');
  return {
    alerts: wanted.sort(byLoudness),
    rules: ruleRows(standing).filter(({ name }) => rule === undefined || name === rule),
    silences: silences.filter((silence) => rule === undefined || silence.rule === rule).map(silenceRow),
    summary: {
      firing: firing.length,
      pending: alerts.length - firing.length,
      acknowledged: firing.filter((alert) => alert.acknowledged_at !== null).length,
      silenced: firing.filter((alert) => alert.silenced_until !== null).length,
      unseen: firing.filter(isUnseen).length,
    },
    file,
    timestamp: isoOf(now) ?? '',
  };
}

/** Every rule, and how it stands. */
export function ruleRows({ rules, failures, alerts }: Pick<Standing, 'rules' | 'failures' | 'alerts'>): AlertRule[] {
  const counts = new Map<string, { pending: number; firing: number }>();
  for (const { rule, state } of alerts) {
    const count = counts.get(rule) ?? { pending: 0, firing: 0 };
    counts.set(rule, count);
    count[state === 'firing' ? 'firing' : 'pending'] += 1;
  }
  return rules.map((rule) => {
    const { pending = 0, firing = 0 } = counts.get(rule.name) ?? {};
    return {
      name: rule.name,
      source: rule.source,
      severity: rule.severity,
      title: rule.title,
      looks_at: rule.looksAt,
      enabled: rule.enabled,
      muted: rule.muted,
      for_seconds: rule.forMs / 1000,
      keep_firing_seconds: rule.keepFiringMs / 1000,
      cooldown_seconds: rule.cooldownMs / 1000,
      limit: rule.limit,
      unit: rule.unit,
      state: firing > 0 ? 'firing' : pending > 0 ? 'pending' : 'inactive',
      pending,
      firing,
      error: failures.get(rule.name) ?? null,
    };
  });
}
