/** What stands for a value that nobody knows. */
export const UNKNOWN = '–';

/** A word of files and protocol as people read it: `in_progress` is `in progress`. */
export function words(word: string): string {
  return word.replaceAll('_', ' ');
}
