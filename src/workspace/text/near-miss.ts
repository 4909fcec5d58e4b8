/**
 * The name that somebody meant by one that is nobody's business: `soul.md` for `SOUL.md`, `state.json.txt` for `state.json`.
 * Null for the exact name, and for what resembles none of them.
 */
export function meantName(name: string, names: readonly string[]): string | null {
  if (names.includes(name)) return null;
  const plain = name.toLowerCase().replace(/\.txt$/, '');
  return names.find((known) => known.toLowerCase() === plain) ?? null;
}

/** What a warning says of such a name. */
export function nearMiss(meant: string): string {
  return `is not read: the name is written ${meant}`;
}
