import type { TaskStatus } from '../../protocol/index.js';

/** Words for a task's status, in lower case. A longer one is found before a shorter one that begins it. */
const WORDS: readonly (readonly [string, TaskStatus])[] = (
  [
    ['not started', 'pending'],
    ['pending', 'pending'],
    ['planned', 'pending'],
    ['waiting', 'pending'],
    ['todo', 'pending'],
    ['to do', 'pending'],
    ['open', 'pending'],
    ['new', 'pending'],
    ['queued', 'pending'],
    ['assigned', 'pending'],
    ['scheduled', 'pending'],
    ['backlog', 'pending'],
    ['in progress', 'in_progress'],
    ['active', 'in_progress'],
    ['started', 'in_progress'],
    ['working', 'in_progress'],
    ['running', 'in_progress'],
    ['ongoing', 'in_progress'],
    ['wip', 'in_progress'],
    ['completed', 'completed'],
    ['complete', 'completed'],
    ['done', 'completed'],
    ['finished', 'completed'],
    ['closed', 'completed'],
    ['resolved', 'completed'],
    ['failed', 'failed'],
    ['error', 'failed'],
    ['cancelled', 'failed'],
    ['canceled', 'failed'],
    ['blocked', 'blocked'],
    ['on hold', 'blocked'],
    ['paused', 'blocked'],
    ['delegated', 'delegated'],
  ] as [string, TaskStatus][]
).toSorted((a, b) => b[0].length - a[0].length);

const EXACT = new Map(WORDS);
const BEGINNINGS = WORDS.map(([name, status]) => [`${name} `, status] as const);

const MARKS: readonly (readonly [string, TaskStatus])[] = [
  ['🟡', 'pending'],
  ['⏳', 'pending'],
  ['🔵', 'in_progress'],
  ['🟢', 'completed'],
  ['✅', 'completed'],
  ['🔴', 'failed'],
  ['❌', 'failed'],
  ['⚪', 'delegated'],
];

/** What we write where a file has no example of its own. */
const WRITTEN: Record<TaskStatus, { mark: string; word: string }> = {
  pending: { mark: '🟡', word: 'PENDING' },
  in_progress: { mark: '🔵', word: 'IN PROGRESS' },
  completed: { mark: '✅', word: 'COMPLETED' },
  failed: { mark: '🔴', word: 'FAILED' },
  blocked: { mark: '⏳', word: 'BLOCKED' },
  delegated: { mark: '⚪', word: 'DELEGATED' },
};

/**
 * The status that a text names: `🟡 PENDING`, `**done**`, `In-Progress (50%)`. The word counts; a mark alone counts when
 * there is no word. Null when it names none.
 */
export function taskStatusOf(text: string): TaskStatus | null {
  const word = plainWord(text);
  const known =
    EXACT.get(word) ?? (word.includes(' ') ? BEGINNINGS.find(([name]) => word.startsWith(name))?.[1] : null);
  if (known) return known;
  return word === '' ? (MARKS.find(([mark]) => text.includes(mark))?.[1] ?? null) : null;
}

/** What is longer says more than a status. */
const BARE_LENGTH = 60;

/** True when a text is nothing but a status: an example of how this file writes it. */
export function isBareStatus(text: string): boolean {
  const word = plainWord(text);
  const bare = text.length <= BARE_LENGTH && /^[^\p{L}(]*[\p{L}_ -]+$/u.test(text.trim());
  return bare && EXACT.has(word);
}

/**
 * How a file would write a status: as it does elsewhere (`examples`), else in the style of the text that is replaced (with
 * or without mark, capitals or not, `_` or blank).
 */
export function writeStatus(
  status: TaskStatus,
  examples: readonly string[],
  replaced: string,
  inBlock: boolean,
): string {
  const example = examples.find((text) => isBareStatus(text) && taskStatusOf(text) === status);
  if (example !== undefined) return example;
  const { mark, word } = status === 'pending' && inBlock ? NOT_STARTED : WRITTEN[status];
  const letters = replaced.replaceAll(/[^\p{L}_-]+/gu, '');
  if (letters !== '' && letters === letters.toLowerCase())
    return withMark(word.toLowerCase().replaceAll(' ', '_'), mark, replaced);
  return withMark(word, mark, replaced);
}

/** `🔴 FAILED`: what stands at the end of a check box whose mark cannot say it. */
export function statusSuffix(status: TaskStatus): string {
  const { mark, word } = WRITTEN[status];
  return `${mark} ${word}`;
}

/** Splits a status that a check box says at its end (`deploy 🔴 FAILED`) from its text. */
export function splitStatusSuffix(text: string): { text: string; status: TaskStatus | null } {
  for (const [status, suffix] of SUFFIXES) {
    if (text.endsWith(suffix)) return { text: text.slice(0, -suffix.length).trimEnd(), status };
  }
  return { text, status: null };
}

const SUFFIXES = (['failed', 'blocked', 'delegated'] as const).map((status) => [status, statusSuffix(status)] as const);

const NOT_STARTED = { mark: '⏳', word: 'NOT STARTED' };

function withMark(word: string, mark: string, replaced: string): string {
  const bare = replaced.trim() !== '' && /^[\p{L}*_]/u.test(replaced.trim());
  return bare ? word : `${mark} ${word}`;
}

function plainWord(text: string): string {
  if (/^[a-z]*$/.test(text)) return text.slice(0, 200);
  return text
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
