/** Ids are counted from here: until the year 2090 they stay within the whole numbers of JavaScript. */
const BEGIN_MS = 1_600_000_000_000;
/** So many agents have ids of their own at one time. */
const KEYS = 4096;

/** The identity of a sample in the old columns: grows with time. `key`: the agent's, 0: the system. */
export function rowId(t: number, key: number): number {
  return (t - BEGIN_MS) * KEYS + key;
}

/** The same as SQL, of two columns. */
export function rowIdExpression(t: string, key: string): string {
  return `((${t} - ${BEGIN_MS}) * ${KEYS} + ${key})`;
}
