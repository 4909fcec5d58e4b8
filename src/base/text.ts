/** Text for terminals: made safe, measured, cut and filled. A sub-door of base, because it needs a package of its own. */
import stringWidth from 'string-width';
import { charactersOf } from '../protocol/index.js';

/** Line ends and tabs: they would break a row, and mean nothing worse. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
/** C0, DEL, C1 (0x9b alone starts an escape sequence), what turns the direction of a line around, halves of characters. */
const CONTROLS =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]/gu;
/** What takes no room and says nothing, but what joins and shapes emoji; terminals disagree on its width. */
const INVISIBLE = /(?!\u200d|\ufe0e|\ufe0f)\p{Default_Ignorable_Code_Point}/gu;
/** Marks piled on one letter grow into the rows above it. */
const PILED = /(\p{Mn}{2})\p{Mn}+/gu;
const PLAIN = /^[\u0020-\u007e]*$/;
/** Characters of our own drawings; one column each on every terminal. */
const SIMPLE = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff·–…─-▟●◐○✕◌⏻✓⊘→←↑↓▲▼▸⠀-⣿⚠↵★]*$/u;

/** Text from a workspace, made safe for one line of a terminal. Agents write it; it must not move the cursor. */
export function cleanText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replaceAll(BREAKS, ' ').replaceAll(CONTROLS, '\ufffd').replaceAll(INVISIBLE, '').replaceAll(PILED, '$1');
}

/** True for text of which every terminal agrees how wide it is: one column per character. */
export function isSimple(text: string): boolean {
  return SIMPLE.test(text);
}

/** Columns that a text takes on a terminal: wide characters and emoji take two. */
export function widthOf(text: string): number {
  if (SIMPLE.test(text)) return text.length;
  let width = 0;
  for (const { segment } of charactersOf(text)) width += widthOfSegment(segment);
  return width;
}

/** Text cut to a width, its end shown by `…`. Never cuts a character or an emoji in half. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return '';
  if (SIMPLE.test(text)) return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
  let used = 0;
  /** Where what fits beside the `…` ends. */
  let end = 0;
  for (const { segment, index } of charactersOf(text)) {
    used += widthOfSegment(segment);
    if (used > width) return `${text.slice(0, end)}…`;
    if (used < width) end = index + segment.length;
  }
  return text;
}

/** Signs such as ⚠ and ☀: emoji only behind a selector that asks for it, else text of one column. */
const TEXT_SIGN = /^(?!\p{Emoji_Presentation})\p{Emoji}$/u;

/** One character, however many code points it is made of. */
function widthOfSegment(segment: string): number {
  return SIMPLE.test(segment) ? segment.length : TEXT_SIGN.test(segment) ? 1 : stringWidth(segment);
}

/** Text filled with spaces to a width. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'right' ? fill + text : text + fill;
}
