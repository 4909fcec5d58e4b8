/** What stands for a value that nobody knows. */
export const UNKNOWN = '–';

/** A word of files and protocol as people read it: `in_progress` is `in progress`. */
export function words(word: string): string {
  return word.replaceAll('_', ' ');
}

/** A number of things: `1 agent`, `2 agents`. `noun`: one of them, of the kind that only takes an s. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
