/** What is done with an error that nobody caught, before the process ends with it. */
type LastWords = (error: unknown) => Promise<void>;

let lastWords: LastWords | null = null;

/** A server has more to do than to print it: its log has to hold it. Replaces what was set before. */
export function onUncaught(say: LastWords): void {
  lastWords = say;
}

/** What a server has set; null: nothing is left to be done. Gives it once: an error within it ends the process at once. */
export function takeLastWords(): LastWords | null {
  const say = lastWords;
  lastWords = null;
  return say;
}
