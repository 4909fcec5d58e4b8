import { cutText } from '../../../protocol/index.js';
import { linesOf, type Message, titleOf } from '../message.js';
import { endpointOf, type Form, jsonTo } from './form.js';

/** Slack takes 40,000 characters of text; people read less. */
const MOST = 3500;

/** An incoming webhook of Slack, or of what understands the same (Mattermost, Rocket.Chat). */
export const slack: Form = (parts) => jsonTo(endpointOf(parts), { text: textOf(parts.message) });

function textOf(message: Message): string {
  const lines = linesOf(message, 20).map(escaped);
  return cutText(
    [`*${escaped(titleOf(message)).replaceAll('*', '∗')}*`, ...lines, `<${message.url}>`].join('\n'),
    MOST,
  );
}

/** The three characters that Slack gives a meaning to: so nobody is mentioned, and nothing becomes a link. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
