import { cutText } from '../../../protocol/index.js';
import { linesOf, type Message, severityOf, titleOf } from '../message.js';
import { endpointOf, type Form, jsonTo } from './form.js';

/** What Apprise is given, whether by its command or by its server. */
export interface Notice {
  title: string;
  body: string;
  type: 'info' | 'success' | 'warning' | 'failure';
}

/** A message as Apprise takes it. */
export function noticeOf(message: Message): Notice {
  const body = [...linesOf(message, 20), message.url].join('\n');
  return { title: cutText(titleOf(message), 250), body: cutText(body, 3500), type: typeOf(message) };
}

function typeOf(message: Message): Notice['type'] {
  if (message.type === 'alert.resolved') return 'success';
  const severity = severityOf(message);
  return severity === 'info' || severity === 'warning' ? severity : 'failure';
}

/** Apprise's API server. A secret is the URL that it is to notify, where its own configuration has none. */
export const apprise: Form = (parts) => {
  const [urls] = parts.secrets;
  return jsonTo(endpointOf(parts), { ...(urls === undefined ? {} : { urls }), ...noticeOf(parts.message) });
};
