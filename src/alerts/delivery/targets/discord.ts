import { cutText } from '../../../protocol/index.js';
import { linesOf, titleOf } from '../message.js';
import { endpointOf, type Form, jsonTo } from './form.js';

/** What Discord takes. */
const MOST = 2000;

/** A webhook of Discord. Nobody is mentioned, whatever the text says. */
export const discord: Form = (parts) => {
  const { message } = parts;
  const content = [`**${escaped(titleOf(message))}**`, ...linesOf(message, 20).map(escaped), message.url].join('\n');
  return jsonTo(endpointOf(parts), { content: cutText(content, MOST), allowed_mentions: { parse: [] } });
};

/** Markdown stays text. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*_~`|>#[\]()]/g, String.raw`\$&`);
}
