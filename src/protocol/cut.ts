let segmenter: Intl.Segmenter | undefined;

/** Characters before a cut that are looked at: an emoji that is joined of several may be this long. */
const LOOK_BACK = 64;

/**
 * A text of at most `limit` UTF-16 units; what was cut off is shown by `mark`. Neither a character nor an emoji is ever cut
 * in two. Costs the same however long the text is.
 */
export function cutText(text: string, limit: number, mark = '…'): string {
  if (text.length <= limit) return text;
  const end = Math.max(0, limit - mark.length);
  return text.slice(0, wholeEnd(text, end)) + mark;
}

/** The last place at or before `end` where no character is cut in two. */
function wholeEnd(text: string, end: number): number {
  const from = Math.max(0, end - LOOK_BACK);
  const start = isLowHalf(text, from) ? from + 1 : from;
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
