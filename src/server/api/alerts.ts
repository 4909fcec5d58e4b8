import { Type } from '@sinclair/typebox';
import { parseMoment } from '../../base/index.js';
import { type Alert, ALERT_SEVERITIES, ALERT_STATES } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { IdParams, Nullable, NullableNumber, NullableText, Time, Words } from './schemas.js';

const Severity = Words(ALERT_SEVERITIES);
/** One alert, as events and answers have it. */
export const AlertRow = Type.Object({
  id: Type.String(),
  rule: Type.String(),
  severity: Severity,
  state: Words(ALERT_STATES),
  agent: NullableText,
  since: Time,
  fired_at: Nullable(Time),
  resolved_at: Nullable(Time),
  updated_at: Nullable(
    Type.String({ format: 'date-time', description: 'when what it says was brought up to date after it fired' }),
  ),
  summary: Type.String(),
  evidence: Type.String(),
  value: NullableNumber,
  limit: NullableNumber,
  unit: NullableText,
  acknowledged_at: Nullable(Time),
  silenced_until: Nullable(Time),
  muted: Type.Boolean(),
});
const AlertRows = Type.Array(AlertRow);
/** A rule, and how it stands. */
export const AlertRuleRow = Type.Object({
  name: Type.String(),
  source: Words(['builtin', 'user']),
  severity: Severity,
  title: Type.String(),
  looks_at: Type.String(),
  enabled: Type.Boolean(),
  muted: Type.Boolean(),
  for_seconds: Type.Number(),
  keep_firing_seconds: Type.Number(),
  cooldown_seconds: Type.Number(),
  limit: NullableNumber,
  unit: NullableText,
  state: Words(['inactive', 'pending', 'firing']),
  pending: Type.Integer(),
  firing: Type.Integer(),
  error: Nullable(Type.String({ description: 'why it could not be judged; null: it was' })),
});
const Silence = Type.Object({
  id: Type.String(),
  rule: Type.String(),
  agent: NullableText,
  reason: Type.String(),
  created_at: Time,
  until: Time,
});
const Suppressed = Type.Optional(
  Type.Array(Type.String(), { description: 'ids of those that an Alertmanager holds back' }),
);
const Answer = Type.Object({
  alerts: AlertRows,
  rules: Type.Array(AlertRuleRow),
  silences: Type.Array(Silence),
  summary: Type.Object({
    firing: Type.Integer(),
    pending: Type.Integer(),
    acknowledged: Type.Integer(),
    silenced: Type.Integer(),
    unseen: Type.Integer({ description: 'fire, and are neither acknowledged nor silenced' }),
  }),
  file: Type.Object({
    path: NullableText,
    state: Words(['none', 'read', 'wrong', 'kept']),
    error: NullableText,
  }),
  suppressed: Suppressed,
  timestamp: Time,
});
const RuleAnswer = Type.Object({
  rule: AlertRuleRow,
  alerts: AlertRows,
  silences: Type.Array(Silence),
  history: AlertRows,
  suppressed: Suppressed,
});
const Agent = Type.Optional(Type.String({ minLength: 1, maxLength: 255 }));
const RuleParams = Type.Object({ rule: Type.String() });
const Wanted = Type.Object({
  state: Type.Optional(Words(['firing', 'pending'])),
  rule: Type.Optional(Type.String()),
  agent: Agent,
});
const HistoryQuery = Type.Object({
  rule: Type.Optional(Type.String()),
  agent: Agent,
  since: Type.Optional(Type.String({ description: 'a duration ago, an ISO time or epoch milliseconds' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'a whole number from 1 to 1000' })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'the next_cursor of the page before' }),
  ),
});
const SilenceBody = Type.Object(
  {
    agent: Agent,
    for: Type.String({ description: 'a duration: 30m, 2h, 7d' }),
    reason: Type.String({ minLength: 1, maxLength: 500 }),
  },
  { additionalProperties: false },
);
const AckBody = Type.Optional(Type.Object({ agent: Agent }, { additionalProperties: false }));
const Silenced = Type.Object({ success: Type.Literal(true), silence: Silence });
const Acknowledged = Type.Object({ success: Type.Literal(true), alerts: AlertRows });

type AlertRoute = 'alerts' | 'alertRule' | 'alertHistory' | 'silenceAlert' | 'endSilence' | 'ackAlert';

/** Rules, what fires and why, and that somebody knows of it. */
export function alertEndpoints(context: ApiContext): Endpoints<AlertRoute> {
  const { alerts, clock, delivery } = context;
  const withSuppressed = <T extends { alerts: Alert[] }>(answer: T) => {
    const held = answer.alerts.filter((alert) => alert.state === 'firing' && delivery.suppresses(alert));
    return { ...answer, suppressed: held.map(({ id }) => id) };
  };
  return {
    alerts: endpoint({ query: Wanted, answer: Answer }, ({ query }) => withSuppressed(alerts().list(query))),
    alertRule: endpoint({ params: RuleParams, answer: RuleAnswer }, ({ params }) =>
      withSuppressed(alerts().show(params.rule)),
    ),
    alertHistory: endpoint(
      { query: HistoryQuery, answer: Type.Object({ alerts: AlertRows, next_cursor: NullableText }) },
      ({ query: { since, ...wanted } }) =>
        alerts().history({ ...wanted, ...(since === undefined ? {} : { since: parseMoment(since, clock.now()) }) }),
    ),
    silenceAlert: endpoint({ params: RuleParams, body: SilenceBody, answer: Silenced }, ({ params, body }) => ({
      success: true as const,
      silence: alerts().silence(params.rule, body),
    })),
    endSilence: endpoint({ params: IdParams, answer: Silenced }, ({ params }) => ({
      success: true as const,
      silence: alerts().endSilence(params.id),
    })),
    ackAlert: endpoint({ params: RuleParams, body: AckBody, answer: Acknowledged }, ({ params, body }) => ({
      success: true as const,
      alerts: alerts().acknowledge(params.rule, body?.agent ?? null),
    })),
  };
}
