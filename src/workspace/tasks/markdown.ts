import { BOUNDS } from '../text/bounds.js';
import { readFences, splitLines } from '../text/markdown.js';
import { findBlocks } from './blocks.js';
import { findBoxes } from './boxes.js';
import { type FoundTasks, priorityMark } from './fields.js';
import { findRows } from './tables.js';

/** One more than are shown: enough to tell that there are more. What stands behind those is not looked at. */
const MOST = BOUNDS.tasks + 1;

/** The tasks of a Markdown text in all its forms, in the order of their lines. Of each form at most MOST are found. */
export function findMarkdownTasks(text: string): FoundTasks {
  const { lines, passedOver } = splitLines(text);
  const { fenced, unclosed } = readFences(lines);
  const rows = findRows(lines, fenced, MOST);
  const blocks = findBlocks(lines, fenced, MOST);
  const found = [...findBoxes(lines, fenced, MOST), ...rows.found, ...blocks.found];
  // Only blocks ask for them.
  const sections = blocks.found.length > 0 ? sectionPriorities(lines, fenced) : [];
  for (const { task, place } of found) {
    const silent = task.priority === null && place.form === 'block' && place.fields.priority === undefined;
    if (silent) task.priority = sections[place.line] ?? null;
  }
  if (unclosed !== null)
    passedOver.push(`line ${unclosed + 1}: a comment begins that never ends; what follows is not read`);
  return {
    found: found.sort((a, b) => a.place.line - b.place.line),
    warnings: [...rows.warnings, ...blocks.warnings].sort((a, b) => a.line - b.line),
    passedOver,
  };
}

/** Per line the priority that the section above it names (`## 🔴 P0 - CRITICAL`). */
function sectionPriorities(lines: readonly string[], fenced: readonly boolean[]): (string | null)[] {
  let level = 0;
  let priority: string | null = null;
  return lines.map((line, index) => {
    const hashes = fenced[index] || !line.startsWith('#') ? undefined : /^(#{1,6})\s/.exec(line)?.[1]?.length;
    if (hashes === undefined) return priority;
    const named = priorityMark(line);
    if (named !== null || hashes <= level) {
      priority = named;
      level = hashes;
    }
    return priority;
  });
}
