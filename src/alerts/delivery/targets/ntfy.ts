import { type AlertSeverity, cutText } from '../../../protocol/index.js';
import { linesOf, severityOf, titleOf } from '../message.js';
import { type Form, jsonTo } from './form.js';

/** ntfy takes 4,096 bytes and makes a file of what is longer. */
const MOST = 900;
const PRIORITIES: Record<AlertSeverity, number> = { info: 2, warning: 3, error: 4, critical: 5 };

/** ntfy's JSON form: it is posted to the server itself, and names the topic. A secret is an access token. */
export const ntfy: Form = ({ message, address, secrets }) => {
  const { origin, pathname, username, password } = new URL(address.endpoint ?? '');
  const isOver = message.type === 'alert.resolved';
  const [token] = secrets;
  const basic = username === '' ? null : Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const authorization = token === undefined ? basic && `Basic ${basic.toString('base64')}` : `Bearer ${token}`;
  const body = {
    topic: decodeURIComponent(pathname.split('/').find((it) => it !== '') ?? ''),
    title: cutText(titleOf(message), 250),
    message: cutText(linesOf(message, 10).join('\n'), MOST),
    priority: isOver ? 2 : PRIORITIES[severityOf(message)],
    tags: [isOver ? 'white_check_mark' : 'warning', cutText(message.id, 200)],
    click: message.url,
  };
  return jsonTo(origin, body, authorization === null ? {} : { authorization });
};
