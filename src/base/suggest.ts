import { distance } from 'fastest-levenshtein';

/** The words that may have been meant, nearest first, at most three; none when nothing is near. */
export function suggest(word: string, known: readonly string[]): string[] {
  // One slip for every three letters: `open` is not `token`, and `99` is not `31`.
  const limit = Math.max(1, Math.floor(word.length / 3));
  const lower = word.toLowerCase();
  return known
    .map((candidate) => ({ candidate, far: farness(lower, candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= limit && far < Math.max(word.length, candidate.length))
    .sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** A beginning or a part of a word is nearer than its distance says, and two letters exchanged are one slip. */
function farness(word: string, candidate: string): number {
  if (word.length >= 2 && candidate.startsWith(word)) return 1;
  if (word.length >= 3 && candidate.includes(word)) return 1;
  const plain = distance(word, candidate);
  if (plain < 2 || plain > MOST_EXCHANGED) return plain;
  return Math.min(plain, ...exchanged(word).map((other) => 1 + distance(other, candidate)));
}

/** Words further apart than this are not a slip of the keyboard, and need not be tried in all ways. */
const MOST_EXCHANGED = 6;

function exchanged(word: string): string[] {
  const letters = Array.from(word);
  return letters
    .slice(1)
    .map((letter, at) => [...letters.slice(0, at), letter, letters[at], ...letters.slice(at + 2)].join(''));
}
