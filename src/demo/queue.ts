/** A row of the demo's TASK_QUEUE.md. */
export interface QueueRow {
  id: number;
  title: string;
  state: RowState;
  assignee: string | null;
  priority: string;
}

const MARKS = {
  pending: '🟡 PENDING',
  in_progress: '🔵 IN PROGRESS',
  completed: '✅ COMPLETED',
  failed: '🔴 FAILED',
  blocked: '⏳ BLOCKED',
} as const;
export type RowState = keyof typeof MARKS;

/** Rows that are done stay until there are more than this many of them. */
const HISTORY = 8;
const ROW = /^\| (\d+) \| ([^|]*) \| ([^|]*) \| ([^|]*) \| (P\d) \|/;

/** A TASK_QUEUE.md without tasks. */
export const EMPTY_QUEUE = `# Mission Control - Task Queue System

## Active Task Queue

| ID | Task | Status | Assigned To | Priority | Created | Due |
|----|------|--------|-------------|----------|---------|-----|
`;

/** The rows of the file as it is now, whoever wrote them. */
export function rowsOf(text: string): QueueRow[] {
  return text.split('\n').flatMap((line) => readRow(line) ?? []);
}

/** Puts a row at the end. `now`: milliseconds since the epoch. */
export function addRow(text: string, row: QueueRow, now: number): string {
  const created = new Date(now).toISOString().slice(0, 16).replace('T', ' ');
  return `${text}| ${row.id} | ${row.title} | ${MARKS[row.state]} | ${row.assignee ?? '-'} | ${row.priority} | ${created} | - |\n`;
}

/** Changes status and assignee of one row and leaves every other line as it is. */
export function setRow(text: string, id: number, state: RowState, assignee: string | null): string {
  return text
    .split('\n')
    .map((line) => {
      if (readRow(line)?.id !== id) return line;
      const cells = line.split('|');
      cells[3] = ` ${MARKS[state]} `;
      cells[4] = ` ${assignee ?? '-'} `;
      return cells.join('|');
    })
    .join('\n');
}

/** Drops the oldest rows that are done, so that a demo that runs for days keeps a short file. */
export function retireRows(text: string): string {
  const ended = rowsOf(text).filter((row) => row.state === 'completed' || row.state === 'failed');
  const drop = new Set(ended.slice(0, Math.max(0, ended.length - HISTORY)).map((row) => row.id));
  if (drop.size === 0) return text;
  return text
    .split('\n')
    .filter((line) => !drop.has(readRow(line)?.id ?? -1))
    .join('\n');
}

/** The number that the next row gets. */
export function nextId(text: string): number {
  return Math.max(100, ...rowsOf(text).map((row) => row.id)) + 1;
}

function readRow(line: string): QueueRow | null {
  const match = ROW.exec(line);
  if (!match) return null;
  const [, id, title, mark, assignee, priority] = match as unknown as [string, string, string, string, string, string];
  return { id: Number(id), title, state: stateOf(mark), assignee: assignee === '-' ? null : assignee, priority };
}

function stateOf(mark: string): RowState {
  const found = Object.entries(MARKS).find(([, words]) => mark.includes(words.slice(words.indexOf(' ') + 1)));
  return (found?.[0] as RowState | undefined) ?? 'pending';
}
