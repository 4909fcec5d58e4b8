import { clip } from '../../protocol/index.js';
import { decodeText } from '../text/decode.js';
import { firstHeader, markdownField, readFences, splitLines } from '../text/markdown.js';

/** What SOUL.md says of an agent. */
export interface Soul {
  /** The first `# ` header. */
  title: string | null;
  name: string | null;
  role: string | null;
}

/** Reads a SOUL.md. Never throws. */
export function readSoul(bytes: Uint8Array): Soul {
  const { lines } = splitLines(decodeText(bytes).text);
  const { fenced } = readFences(lines);
  return {
    title: clipped(firstHeader(lines, fenced)),
    name: clipped(markdownField(lines, fenced, 'Name')),
    role: clipped(markdownField(lines, fenced, 'Role')),
  };
}

function clipped(text: string | null): string | null {
  return text === null ? null : clip(text);
}
