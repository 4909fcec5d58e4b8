import { isUtf8 } from 'node:buffer';

/** Text of a file without its BOM. `invalidAt`: offset in `text` of the first byte that was not UTF-8, null when all was. */
export interface DecodedText {
  text: string;
  invalidAt: number | null;
}

/** How the bytes of a text file are to be read. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The encoding of a text: UTF-8, but for a BOM that says otherwise, or for plain characters with a zero byte beside each. */
export function encodingOf(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, Math.min(bytes.length, 32) & ~1);
  if (head.length < 4) return 'utf-8';
  const zeros = (parity: number): boolean => head.every((byte, at) => (byte === 0) === (at % 2 === parity));
  if (zeros(1)) return 'utf-16le';
  return zeros(0) ? 'utf-16be' : 'utf-8';
}

/** Decodes UTF-8 (and UTF-16, as some editors write it); what is not UTF-8 becomes U+FFFD and is reported. Never throws. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  if (encoding !== 'utf-8') return { text, invalidAt: null };
  return { text, invalidAt: isUtf8(bytes) ? null : firstReplacement(text, withoutBom(bytes)) };
}

/** `line 1, column 52` for an offset into a text; both count from 1, columns in UTF-16 units. */
export function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return `line ${lineOf(text, offset)}, column ${offset - lineStart + 1}`;
}

/** The 1-based line of an offset into a text. */
function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

function withoutBom(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** A U+FFFD that the file really holds (EF BF BD) is valid: the first one that stands for other bytes is meant. */
function firstReplacement(text: string, bytes: Uint8Array): number | null {
  let byteAt = 0;
  let textAt = 0;
  for (let next = text.indexOf('\uFFFD'); next !== -1; next = text.indexOf('\uFFFD', next + 1)) {
    byteAt += Buffer.byteLength(text.slice(textAt, next));
    if (bytes[byteAt] !== 0xef || bytes[byteAt + 1] !== 0xbf || bytes[byteAt + 2] !== 0xbd) return next;
    byteAt += 3;
    textAt = next + 1;
  }
  return null;
}
