const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Shorter lines are not worth the looking. */
const SMALL = 4096;

/**
 * A line of JSON without what its long strings hold: what people and models wrote, files, images. What is left parses to the same but
 * for those, which are empty; a line that is not JSON stays none. Most bytes of a transcript are in such strings, and nothing that a
 * reader wants is, so they are neither decoded nor kept. Linear.
 * @param longest bytes between quotes that are left alone
 */
export function slim(line: Buffer, longest = 1024): Buffer {
  if (line.length <= SMALL) return line;
  const parts: Buffer[] = [];
  let kept = 0;
  let open = line.indexOf(QUOTE);
  while (open !== -1) {
    const close = endOf(line, open + 1);
    if (close === -1) break;
    if (close - open - 1 > longest) {
      parts.push(line.subarray(kept, open + 1));
      kept = close;
    }
    open = line.indexOf(QUOTE, close + 1);
  }
  if (kept === 0) return line;
  parts.push(line.subarray(kept));
  return Buffer.concat(parts);
}

/** Where the quote is that ends a string; -1: nowhere. */
function endOf(line: Buffer, from: number): number {
  let close = line.indexOf(QUOTE, from);
  while (close !== -1) {
    let first = close;
    while (first > from && line[first - 1] === BACKSLASH) first--;
    if ((close - first) % 2 === 0) return close;
    close = line.indexOf(QUOTE, close + 1);
  }
  return -1;
}
