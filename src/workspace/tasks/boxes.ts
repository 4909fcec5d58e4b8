import type { TaskStatus } from '../../protocol/index.js';
import { type FoundTask, TASK_ID, markdownTask } from './fields.js';
import { splitStatusSuffix } from './words.js';

/** A line with a check box, in pieces that make up the line again: `before [mark] gap text`. */
export interface Box {
  /** Up to the `[`, without it. */
  before: string;
  mark: string;
  gap: string;
  text: string;
}

const BOX = /^(\s*(?:>\s*)*(?:[-*+]|\d{1,9}[.)])\s+)\[([ xX~-])\](\s+|$)(.*)$/s;
const ID = new RegExp(String.raw`^[\s*_\`[(]*(?:P[0-3]\b[\s*_:.)\]-]*)?(${TASK_ID})(?=[:*\`\])]|\s[-–—:]|\s*$)`);
const TASK = new RegExp(String.raw`^[\s*_\`[(]*(?:P[0-3]\b[\s*_:.)\]-]*)?(TASK(?:-[A-Z0-9_]+)*-\d+)\b`);

/** The box of a line, or null when the line has none. The box that counts is the first on the line. */
export function readBox(line: string): Box | null {
  if (!line.includes('[')) return null;
  const [, before, mark, gap, text] = BOX.exec(line) ?? [];
  return before === undefined || mark === undefined ? null : { before, mark, gap: gap ?? '', text: text ?? '' };
}

/** The check boxes outside of code fences, the first `most` of them. */
export function findBoxes(lines: readonly string[], fenced: readonly boolean[], most: number): FoundTask[] {
  const found: FoundTask[] = [];
  for (let line = 0; line < lines.length && found.length < most; line += 1) {
    const box = fenced[line] ? null : readBox(lines[line] ?? '');
    const text = box?.text.trim() ?? '';
    if (box === null || text === '') continue;
    const task = markdownTask(line, { text, status: boxStatus(box.mark, text), id: idOf(text) });
    found.push({ task, place: { form: 'box', line } });
  }
  return found;
}

function boxStatus(mark: string, text: string): TaskStatus {
  if (mark === 'x' || mark === 'X') return 'completed';
  if (mark === '-' || mark === '~') return 'in_progress';
  return splitStatusSuffix(text).status ?? 'pending';
}

function idOf(text: string): string | null {
  // No id is without one.
  if (!text.includes('-')) return null;
  return TASK.exec(text)?.[1] ?? ID.exec(text)?.[1] ?? null;
}
