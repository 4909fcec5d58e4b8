import { Webhook } from 'standardwebhooks';
import type { Alert } from '../../../protocol/index.js';
import { type Message } from '../message.js';
import { endpointOf, type Form, jsonTo } from './form.js';

/** Standard Webhooks: signed JSON, as receivers in ten languages verify it. Two secrets make two signatures. */
export const webhook: Form = (parts) => {
  const { message, secrets } = parts;
  const outgoing = jsonTo(endpointOf(parts), bodyOf(message));
  const at = new Date(message.at);
  const signatures = secrets.map((secret) => new Webhook(secret).sign(message.id, at, outgoing.body));
  return {
    ...outgoing,
    headers: {
      ...outgoing.headers,
      'webhook-id': message.id,
      'webhook-timestamp': String(Math.floor(message.at / 1000)),
      ...(signatures.length > 0 ? { 'webhook-signature': signatures.join(' ') } : {}),
    },
  };
};

function bodyOf({ type, at, alerts, total, host, url }: Message): unknown {
  const timestamp = new Date(at).toISOString();
  const [first] = alerts;
  if (type !== 'alert.digest' && first) return { type, timestamp, data: dataOf(first, host, url) };
  return { type, timestamp, data: { host, url, total, alerts: alerts.map((alert) => dataOf(alert, host, url)) } };
}

function dataOf(alert: Alert, host: string, url: string): Record<string, unknown> {
  const { id, rule, severity, state, agent, since, summary, evidence, value, limit, unit } = alert;
  return { id, rule, severity, state, agent, host, since, summary, evidence, value, limit, unit, url };
}
