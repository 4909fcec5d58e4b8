import { Type } from '@sinclair/typebox';
import { McError } from '../../base/index.js';
import { ALERT_SEVERITIES, type AlertTarget, DELIVERY_STATES } from '../../protocol/index.js';
import type { ApiContext } from './context.js';
import { type Endpoints, endpoint } from './endpoint.js';
import { IdParams, Nullable, NullableText, Time, Words } from './schemas.js';

const Severity = Words(ALERT_SEVERITIES);
const KINDS: readonly AlertTarget['kind'][] = [
  'webhook',
  'slack',
  'discord',
  'ntfy',
  'telegram',
  'pagerduty',
  'email',
  'apprise',
];
const TargetRow = Type.Object({
  name: Type.String(),
  kind: Words(KINDS),
  url: Type.String(),
  level: Severity,
  rules: Type.Array(Type.String()),
  agents: Type.Array(Type.String()),
  quiet: NullableText,
  private: Type.Boolean(),
  fallback: Type.Boolean(),
  paused: Type.Boolean(),
  off: NullableText,
  waiting: Nullable(Type.Integer()),
  last_success_at: Nullable(Time),
  last_error_at: Nullable(Time),
  last_error: NullableText,
});
const Manager = Type.Object({
  url: Type.String(),
  last_success_at: Nullable(Time),
  last_error: NullableText,
  suppressed: Nullable(Type.Integer()),
});
const Targets = Type.Object({
  targets: Type.Array(TargetRow),
  alertmanagers: Type.Array(Manager),
  error: NullableText,
});
const Tested = Type.Object({
  success: Type.Boolean(),
  target: Type.String(),
  duration_ms: Type.Integer(),
  error: NullableText,
});
const Row = Type.Object({
  id: Type.Integer(),
  alert: Type.String(),
  rule: Type.String(),
  severity: Severity,
  agent: NullableText,
  target: Type.String(),
  kind: Words(['firing', 'resolved', 'test']),
  state: Words(DELIVERY_STATES),
  attempts: Type.Integer(),
  queued_at: Time,
  next_at: Nullable(Time),
  done_at: Nullable(Time),
  digest: NullableText,
  last_error: NullableText,
});
const Query = Type.Object({
  failed: Type.Optional(Type.Boolean({ description: 'true: only what was given up or refused' })),
  target: Type.Optional(Type.String({ maxLength: 63 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'a whole number from 1 to 1000' })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 20, description: 'the next_cursor of the page before' }),
  ),
});

type DeliveryRoute = 'alertTargets' | 'testAlertTarget' | 'alertDeliveries' | 'retryDelivery';

/** Where alerts go, whether they arrived, and another attempt. */
export function deliveryEndpoints({ delivery }: ApiContext): Endpoints<DeliveryRoute> {
  return {
    alertTargets: endpoint({ answer: Targets }, () => delivery.targets()),
    testAlertTarget: endpoint({ params: Type.Object({ name: Type.String() }), answer: Tested }, ({ params }) =>
      delivery.test(params.name),
    ),
    alertDeliveries: endpoint(
      { query: Query, answer: Type.Object({ deliveries: Type.Array(Row), next_cursor: NullableText }) },
      ({ query }) => delivery.deliveries(query),
    ),
    retryDelivery: endpoint(
      { params: IdParams, answer: Type.Object({ success: Type.Literal(true), delivery: Row }) },
      ({ params }) => ({ success: true as const, delivery: delivery.retry(idOf(params.id)) }),
    ),
  };
}

/** @throws McError `delivery.not_found` */
function idOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new McError('delivery.not_found', 'Delivery not found', { hint: 'GET /api/alerts/deliveries lists them' });
}
