import { createHash } from 'node:crypto';
import { cutText } from '../../../protocol/index.js';
import { linesOf, type Message, titleOf } from '../message.js';

/** A letter, in plain text. */
export interface Letter {
  subject: string;
  text: string;
  /** The same for each attempt, so that a mailbox can tell. */
  messageId: string;
  headers: Record<string, string>;
}

/** A message as a letter. No text gets into a header but the subject, which is on one line. */
export function letterOf(message: Message): Letter {
  const name = createHash('sha256').update(message.id).digest('hex').slice(0, 32);
  return {
    subject: cutText(titleOf(message), 200),
    text: [titleOf(message), '', ...linesOf(message, 100), '', message.url, ''].join('\n'),
    messageId: `<${name}@mission-control>`,
    headers: { 'auto-submitted': 'auto-generated' },
  };
}
