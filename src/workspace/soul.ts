import { clip, decodeText } from './decode.js';
import { firstHeader, markdownField, readFences } from './markdown.js';

/** What SOUL.md says of an agent. */
export interface Soul {
  /** The first `# ` header. */
  title: string | null;
  name: string | null;
  role: string | null;
}

/** Reads a SOUL.md. Never throws. */
export function readSoul(bytes: Uint8Array): Soul {
  const lines = decodeText(bytes).text.split(/\r?\n/);
  const title = firstHeader(lines, readFences(lines).fenced);
  return {
    title: clipped(title),
    name: clipped(markdownField(lines, 'Name')),
    role: clipped(markdownField(lines, 'Role')),
  };
}

function clipped(text: string | null): string | null {
  return text === null ? null : clip(text);
}
