import { distance } from 'fastest-levenshtein';

/** The words that somebody may have meant, nearest first, at most three. */
export function suggest(word: string, known: readonly string[]): string[] {
  // At most all letters but one: `99` is not `31`.
  const limit = Math.min(word.length - 1, Math.max(2, Math.floor(word.length / 3)));
  const lower = word.toLowerCase();
  return known
    .map((candidate) => ({ candidate, far: farness(lower, candidate.toLowerCase()) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** A beginning or a part of a word is nearer than its distance says. */
function farness(word: string, candidate: string): number {
  if (word.length >= 2 && candidate.startsWith(word)) return 1;
  if (word.length >= 3 && candidate.includes(word)) return 2;
  return distance(word, candidate);
}
