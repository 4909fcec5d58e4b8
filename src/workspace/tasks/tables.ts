import { cutText } from '../../protocol/index.js';
import { type Columns, type FoundTask, type TaskWarning, markdownTask, priorityIn, valueIn } from './fields.js';
import { headOf } from '../text/markdown.js';
import { taskStatusOf } from './words.js';

/** A cell: its text and where that stands in the line (`[start, end)`, without the blanks around it). */
export interface Cell {
  text: string;
  start: number;
  end: number;
}

interface Header {
  /** Null for a table that holds no tasks. */
  columns: Columns | null;
  width: number;
}

const NAMES: Record<keyof Columns, RegExp> = {
  id: /^(?:id|#|task id|no\.?)$/,
  text: /^(?:task|title|description|task name|name|summary)$/,
  status: /^(?:status|state)$/,
  assignee: /^(?:assigned to|assigned|assignee|agent|owner|by)$/,
  priority: /^(?:priority|prio)$/,
  created: /^created(?: at)?$/,
  due: /^due(?: date)?$/,
};

/** The first `most` rows of task tables, also those that a script appended far from their table: they go by the last header as wide. */
export function findRows(
  lines: readonly string[],
  fenced: readonly boolean[],
  most: number,
): { found: FoundTask[]; warnings: TaskWarning[] } {
  const found: FoundTask[] = [];
  const warnings: TaskWarning[] = [];
  const byWidth = new Map<number, Columns>();
  let table: Header | null = null;
  for (let index = 0; index < lines.length && found.length < most; index += 1) {
    const line = lines[index] ?? '';
    const cells = fenced[index] ? null : readCells(line);
    if (cells === null) {
      table = null;
    } else if (isRule(lines[index + 1], table !== null) && !isRule(line)) {
      table = headerOf(cells);
      if (table.columns) byWidth.set(table.width, table.columns);
    } else if (!isRule(line)) {
      const columns = table?.width === cells.length ? table.columns : (byWidth.get(cells.length) ?? table?.columns);
      if (columns) readRow({ line: index, cells, columns, inTable: table?.columns === columns }, found, warnings);
    }
  }
  return { found, warnings };
}

/** The cells of a table row, or null when the line is not one. */
export function readCells(line: string): Cell[] | null {
  if (headOf(line) !== '|') return null;
  const bars: number[] = [];
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x7c) bars.push(at);
  }
  if (bars.length < 3) return null;
  if (line.slice((bars.at(-1) ?? 0) + 1).trim() !== '') return null;
  return bars.slice(1).map((end, index) => cellIn(line, (bars[index] ?? 0) + 1, end));
}

function cellIn(line: string, from: number, to: number): Cell {
  const raw = line.slice(from, to);
  const text = raw.trim();
  const start = text === '' ? from + Math.min(1, raw.length) : from + raw.indexOf(text);
  return { text, start, end: start + text.length };
}

/** The line below a header. Within a table, a row of single dashes is more likely a row that says nothing. */
function isRule(line: string | undefined, inTable = false): boolean {
  if (line === undefined || !line.includes('-')) return false;
  const rule = inTable ? /^\s*\|(?:\s*:?-{2,}:?\s*\|)+\s*$/ : /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/;
  return rule.test(line);
}

function headerOf(cells: readonly Cell[]): Header {
  const titles = cells.map((cell) => cell.text.replaceAll(/[*_`]/g, '').trim().toLowerCase());
  const columns: Columns = {};
  for (const [name, pattern] of Object.entries(NAMES) as [keyof Columns, RegExp][]) {
    const at = titles.findIndex((title) => pattern.test(title));
    if (at !== -1) columns[name] = at;
  }
  return { columns: columns.status !== undefined && columns.text !== undefined ? columns : null, width: cells.length };
}

/** A row of a table, or one that stands alone. */
interface Row {
  line: number;
  cells: readonly Cell[];
  columns: Columns;
  inTable: boolean;
}

function readRow({ line, cells, columns, inTable }: Row, found: FoundTask[], warnings: TaskWarning[]): void {
  const cell = (name: keyof Columns): string | undefined => cells[columns[name] ?? -1]?.text;
  const text = valueIn(cell('text'));
  const word = cell('status') ?? '';
  const status = taskStatusOf(word);
  // A row that stands alone is a task only when it says so: a status must be where the header had it.
  if (text === null || (status === null && !inTable) || saysNone(cells)) return;
  if (status === null)
    warnings.push({ line: line + 1, reason: `"${cutText(word, 40)}" is not a task status: read as pending` });
  const priority = cell('priority');
  const task = markdownTask(line, {
    text,
    status: status ?? 'pending',
    id: valueIn(cell('id')),
    assignee: columns.assignee === undefined ? undefined : valueIn(cell('assignee')),
    priority: columns.priority === undefined ? undefined : priorityIn(priority ?? ''),
    created: valueIn(cell('created')),
    due: valueIn(cell('due')),
  });
  found.push({ task, place: { form: 'row', line, columns } });
}

/** A row that only says that the table is empty: `| - | No pending tasks | - |`. */
function saysNone(cells: readonly Cell[]): boolean {
  let said: string | null = null;
  for (const { text } of cells) {
    const value = valueIn(text);
    if (value !== null && said !== null) return false;
    said ??= value;
  }
  return said !== null && /^[_*(]*no\b.*\btasks?\b/i.test(said);
}
