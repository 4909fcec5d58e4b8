import { cutText } from '../../../protocol/index.js';
import { linesOf, severityOf, titleOf } from '../message.js';
import { type Form, jsonTo } from './form.js';

/** PagerDuty's Events API v2. A canary only resolves what nobody has triggered: it proves the way and wakes nobody. */
export const pagerduty: Form = ({ message, address, secrets, canary }) => {
  const [first] = message.alerts;
  const key = keyOf(message.type === 'alert.resolved' ? message.id.replace(/\|resolved$/, '') : message.id);
  const common = { routing_key: secrets[0] ?? '', dedup_key: key };
  const url = `${address.endpoint}/v2/enqueue`;
  if (canary || message.type === 'alert.resolved') return jsonTo(url, { ...common, event_action: 'resolve' });
  return jsonTo(url, {
    ...common,
    event_action: 'trigger',
    client: 'Mission Control',
    client_url: message.url,
    payload: {
      summary: cutText(titleOf(message), 1000),
      source: message.host,
      severity: severityOf(message),
      timestamp: new Date(message.at).toISOString(),
      ...(first && message.total === 1 ? { component: first.agent ?? message.host, class: first.rule } : {}),
      custom_details: { lines: linesOf(message, 50) },
    },
  });
};

/** At most 255 characters: a longer key keeps its end, which tells apart. */
function keyOf(id: string): string {
  return id.length <= 255 ? id : id.slice(-255);
}
