import { cutText } from '../../../protocol/index.js';
import { linesOf, titleOf } from '../message.js';
import { type Form, jsonTo } from './form.js';

/** What Telegram takes. */
const MOST = 4096;

/** A bot's message to a chat. Plain text: there is no markup to break out of. */
export const telegram: Form = ({ message, address, secrets }) =>
  jsonTo(`${address.endpoint}/bot${encodeURIComponent(secrets[0] ?? '').replaceAll('%3A', ':')}/sendMessage`, {
    chat_id: address.to,
    text: cutText([titleOf(message), ...linesOf(message, 20), message.url].join('\n'), MOST),
    link_preview_options: { is_disabled: true },
  });
