/**
 * What an archive may demand of whoever reads it. Our own never come near, or leave out what would not fit and say so; an
 * archive that goes beyond was made to do harm, and is refused before much of it is in memory.
 */

/** Entries of one archive. */
export const MOST_ENTRIES = 500_000;
/** Bytes of a path, and of one name in it: what Linux takes. */
export const PATH_BYTES = 4096;
export const NAME_BYTES = 255;
/** Bytes of a gzip member of ours, packed or not. */
export const MEMBER_BYTES = 272 * 1024 * 1024;
/** Patterns of a manifest's rules. */
export const MANIFEST_PATTERNS = 10_000;

/** Bytes of a manifest, at most; any may have the lesser. */
const MANIFEST_BYTES = 256 * 1024 * 1024;
const LEAST_MANIFEST_BYTES = 16 * 1024 * 1024;
/** Hashes do not deflate: a manifest becomes seven to ten times smaller. */
const MANIFEST_RATIO = 16;
/** Values of a large manifest, which become many times larger when they are parsed. */
const MOST_VALUES = 12_000_000;

/** How many bytes a manifest may have that was inflated from so many. */
export function manifestRoom(packed: number): number {
  return Math.min(MANIFEST_BYTES, Math.max(LEAST_MANIFEST_BYTES, packed * MANIFEST_RATIO));
}

/** Whether JSON holds more values than a manifest can need. Small texts are not looked at: they cannot do harm. */
export function hasTooManyValues(text: Buffer): boolean {
  if (text.length <= LEAST_MANIFEST_BYTES) return false;
  let values = 0;
  let at = 0;
  while (at < text.length) {
    const quote = text.indexOf(0x22, at);
    const end = quote < 0 ? text.length : quote;
    for (; at < end; at += 1) {
      const byte = text[at];
      // `,` `[` `{`
      if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values += 1;
    }
    if (values > MOST_VALUES) return true;
    at = endOfString(text, end + 1);
  }
  return false;
}

/** Behind the quote that ends a text. */
function endOfString(text: Buffer, start: number): number {
  let at = text.indexOf(0x22, start);
  while (at >= 0) {
    let escapes = 0;
    while (at - 1 - escapes >= start && text[at - 1 - escapes] === 0x5c) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
    at = text.indexOf(0x22, at + 1);
  }
  return text.length;
}

/** A path as a message shows it: never longer than a line. */
export function shown(path: string): string {
  const short = path.length > 120 ? `${path.slice(0, 80)}…${path.slice(-30)}` : path;
  return JSON.stringify(short).slice(1, -1);
}
