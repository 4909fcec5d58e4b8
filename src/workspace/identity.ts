import { clip, decodeText } from './decode.js';
import { markdownField } from './markdown.js';

/** What IDENTITY.md says of an agent. */
export interface Identity {
  name: string | null;
  emoji: string | null;
}

/** Reads an IDENTITY.md. Never throws. */
export function readIdentity(bytes: Uint8Array): Identity {
  const lines = decodeText(bytes).text.split(/\r?\n/);
  const name = markdownField(lines, 'Name');
  const emoji = markdownField(lines, 'Emoji');
  return { name: name === null ? null : clip(name), emoji: emoji === null ? null : clip(emoji, 16) };
}
