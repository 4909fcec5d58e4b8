import { clip } from '../../protocol/index.js';
import { decodeText } from '../text/decode.js';
import { markdownField, readFences, splitLines } from '../text/markdown.js';

/** What IDENTITY.md says of an agent. */
export interface Identity {
  name: string | null;
  emoji: string | null;
}

/** Reads an IDENTITY.md. Never throws. */
export function readIdentity(bytes: Uint8Array): Identity {
  const { lines } = splitLines(decodeText(bytes).text);
  const { fenced } = readFences(lines);
  const name = markdownField(lines, fenced, 'Name');
  const emoji = markdownField(lines, fenced, 'Emoji');
  return { name: name === null ? null : clip(name), emoji: emoji === null ? null : clip(emoji, 16) };
}
