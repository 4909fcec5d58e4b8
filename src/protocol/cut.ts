let segmenter: Intl.Segmenter | undefined;

/** Characters before a cut that are looked at: an emoji that is joined of several may be this long. */
const LOOK_BACK = 64;
/** A segmenter's time grows with the square of its text, so that it is given this much at once. */
const WINDOW = 256;

/** A character as people see it, which may be of many code points, and where it begins. */
interface Character {
  segment: string;
  index: number;
}

/** The characters of a text, in time that grows with its length. What is longer than `WINDOW` is cut. */
export function* charactersOf(text: string): Generator<Character> {
  for (let from = 0; from < text.length; ) {
    const end = from + (isLowHalf(text, from + WINDOW) ? WINDOW + 1 : WINDOW);
    const found = segments(text.slice(from, end));
    // The last may go on behind the window.
    const whole = end >= text.length || found.length === 1 ? found : found.slice(0, -1);
    for (const { segment, index } of whole) yield { segment, index: from + index };
    from += whole.reduce((length, { segment }) => length + segment.length, 0);
  }
}

/** Where the character before `at` begins; 0 at the beginning of the text. */
export function previousCharacter(text: string, at: number): number {
  const from = windowStart(text, at);
  return from + (segments(text.slice(from, at)).at(-1)?.index ?? 0);
}

/** Where the character at `at` ends. */
export function nextCharacter(text: string, at: number): number {
  return at + (segments(text.slice(at, at + WINDOW))[0]?.segment.length ?? 0);
}

function segments(text: string): Character[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return [...segmenter.segment(text)];
}

/** Far enough before a place for the character that ends there. */
function windowStart(text: string, at: number): number {
  const from = Math.max(0, at - LOOK_BACK);
  return isLowHalf(text, from) ? from + 1 : from;
}

/**
 * A text of at most `limit` UTF-16 units; what was cut off is shown by `mark`. Neither a character nor an emoji is ever cut
 * in two. Costs the same however long the text is.
 */
export function cutText(text: string, limit: number, mark = '…'): string {
  if (text.length <= limit) return text;
  const end = Math.max(0, limit - mark.length);
  return text.slice(0, wholeEnd(text, end)) + mark;
}

/** The first words of a text on one line, for warnings and titles. */
export function clip(text: string, length = 200): string {
  // Clipped twice: a status word of 10 MB must not be searched as a whole.
  const line = text
    .slice(0, length * 4)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return cutText(line, length);
}

/** The last place at or before `end` where no character is cut in two. */
function wholeEnd(text: string, end: number): number {
  const start = windowStart(text, end);
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const at = segmenter.segment(text.slice(start, end + LOOK_BACK)).containing(end - start)?.index ?? 0;
  // A character that is longer than what is looked at is cut after all, but never within a surrogate pair.
  if (at > 0) return start + at;
  return isLowHalf(text, end) ? end - 1 : end;
}

function isLowHalf(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
