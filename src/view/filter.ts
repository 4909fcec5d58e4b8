/** A filter as it is typed: words that must all be found, `!` before it turns it around. Case does not matter. */
interface Filter {
  words: readonly string[];
  inverted: boolean;
}

/** Reads a filter; null for one that lets everything through. */
function parseFilter(text: string): Filter | null {
  const trimmed = text.trim();
  const inverted = trimmed.startsWith('!');
  const words = (inverted ? trimmed.slice(1) : trimmed)
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return words.length > 0 ? { words, inverted } : null;
}

/**
 * The items that a filter lets through, in their order. A word is looked for inside of the fields; only when no item has it
 * there, its letters in their order are enough. An inverted filter hides what holds the words, and never guesses.
 */
export function applyFilter<T>(
  items: readonly T[],
  text: string,
  fieldsOf: (item: T) => readonly string[],
): readonly T[] {
  const filter = parseFilter(text);
  if (!filter) return items;
  const { words, inverted } = filter;
  const holds = (item: T, match: (field: string, word: string) => boolean) => {
    const fields = fieldsOf(item).map((field) => field.toLowerCase());
    return words.every((word) => fields.some((field) => match(field, word)));
  };
  const inside = items.filter((item) => holds(item, (field, word) => field.includes(word)) !== inverted);
  if (inside.length > 0 || inverted) return inside;
  return items.filter((item) => holds(item, isSpread));
}

/** True when the letters of a word stand in the text in their order. */
function isSpread(text: string, word: string): boolean {
  let from = 0;
  for (const letter of word) {
    const found = text.indexOf(letter, from);
    if (found === -1) return false;
    from = found + letter.length;
  }
  return true;
}
