import { agentOfEvent, type McEvent, NOTIFICATION_LEVELS } from '../../protocol/index.js';
import { applyFilter, clockTime, dayTime, eventWords } from '../../view/index.js';
import type { RecordedEvent } from '../link/answers.js';
import { signSpan } from '../draw/glyphs.js';
import { cell, type Line, type Span } from '../draw/lines.js';
import type { Model } from '../model.js';

/** Each collection brings thirty of them: they are shown only when they are asked for. */
const QUIET = 'system_metric';

/** An event as the tail shows it, whether it came live or from the server's log. */
export interface EventRow {
  key: string;
  timestamp: string;
  type: string;
  agent: string | null;
  level: string | null;
  glyph: Span;
  text: string;
  /** The whole record, for Enter and copying. */
  record: unknown;
}

/** An event that came live. */
export function liveRow(event: McEvent): EventRow {
  return {
    key: `${event.epoch}:${event.seq}`,
    timestamp: event.timestamp,
    type: event.type,
    agent: agentOfEvent(event),
    level: event.type === 'notification' ? event.data.level : null,
    ...said(event.type, event.data),
    record: event,
  };
}

/** An event from the server's log. */
export function recordedRow(event: RecordedEvent, index: number): EventRow {
  return {
    key: `log:${event.timestamp}:${index}`,
    timestamp: event.timestamp,
    type: event.type,
    agent: event.agent,
    level: null,
    ...said(event.type, event.data),
    record: event,
  };
}

/** Events as the tail shows them, newest last: of one type, agent and level or all, and filtered. */
export function arrangeEvents(rows: readonly EventRow[], wanted: Model['events'], filter: string): readonly EventRow[] {
  const least = wanted.level === null ? -1 : (NOTIFICATION_LEVELS as readonly string[]).indexOf(wanted.level);
  const kept = rows.filter(
    (row) =>
      (wanted.type === null ? row.type !== QUIET : row.type === wanted.type) &&
      (wanted.agent === null || row.agent === wanted.agent) &&
      (least < 0 || (row.level !== null && (NOTIFICATION_LEVELS as readonly string[]).indexOf(row.level) >= least)),
  );
  return applyFilter(kept, filter, (row) => [row.type, row.agent ?? '', row.text]);
}

/** One event as a row of `width` columns. */
export function eventLine(row: EventRow, width: number, cursor: boolean): Line {
  const type = width >= 70 ? 16 : 0;
  const agent = width >= 40 ? 13 : 0;
  const time = width >= 120 ? dayTime(row.timestamp).slice(0, 6) + clockTime(row.timestamp) : clockTime(row.timestamp);
  return {
    cursor,
    spans: [
      cursor ? ['accent', '▌'] : ' ',
      ['dim', time],
      '  ',
      row.glyph,
      ' ',
      ...(agent ? cell(row.agent ?? '', agent, cursor ? 'strong' : 'plain') : []),
      ...(type ? cell(row.type, type, 'dim') : []),
      ...cell(row.text, Math.max(1, width - time.length - 5 - agent - type), cursor ? 'strong' : 'plain'),
    ],
  };
}

/** What an event says in a few words, and its glyph. */
function said(type: string, data: unknown): { glyph: Span; text: string } {
  const { sign, alone } = eventWords(type, data);
  return { glyph: signSpan(sign), text: alone };
}
