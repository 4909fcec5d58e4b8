import { isEventType } from '../../protocol/index.js';
import { clockTime } from '../../view/index.js';
import { pollOf, readEvents } from '../link/answers.js';
import { cell, type Line, line } from '../draw/lines.js';
import type { Model } from '../model.js';
import { EVENTS } from '../polls.js';
import { type EventRow, liveRow, recordedRow } from '../rows/events.js';

/** What is worth a line when it happens: words and files that only moved are not. */
const SHOWN = new Set([
  'agent_status',
  'agent_removed',
  'agent_activity',
  'task_update',
  'notification',
  'backup_update',
]);

/** The newest events, newest first. */
export function recentLines(model: Model, width: number, rows: number): Line[] {
  const shown = recentRows(model, rows - 1);
  const head = line(['strong', ' RECENT']);
  if (shown.length === 0) return [head, line(['dim', ' nothing has happened since this was opened'])];
  return [head, ...shown.map((row) => recentLine(row, width))];
}

function recentRows(model: Model, count: number): EventRow[] {
  const rows: EventRow[] = [];
  const { log } = model.data;
  for (let index = log.length - 1; index >= 0 && rows.length < count; index--) {
    const event = log[index];
    if (!event || !SHOWN.has(event.type)) continue;
    // A status event without a change of status is about counters and words.
    if (event.type === 'agent_status' && event.data.previous === undefined) continue;
    rows.push(liveRow(event));
  }
  const oldest = rows.at(-1)?.timestamp ?? '9';
  const before = readEvents(pollOf(model.data, EVENTS).value)
    .filter(({ type, timestamp }) => (SHOWN.has(type) || !isEventType(type)) && timestamp < oldest)
    .map(recordedRow);
  return [...rows, ...before].slice(0, Math.max(0, count));
}

function recentLine(row: EventRow, width: number): Line {
  const agent = width >= 40 ? 11 : 0;
  return line(
    ['dim', ` ${clockTime(row.timestamp)}  `],
    row.glyph,
    ' ',
    ...(agent ? cell(row.agent ?? '', agent) : []),
    ...cell(row.text, Math.max(1, width - 13 - agent)),
  );
}
