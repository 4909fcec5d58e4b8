import {
  type AgentStatus,
  agentOfEvent,
  describeBackupUpdate,
  type McEvent,
  NOTIFICATION_LEVELS,
} from '../../protocol/index.js';
import { field, list, type RecordedEvent, text } from '../link/answers.js';
import { clockTime, dayTime } from '../draw/figures.js';
import { applyFilter } from '../filter.js';
import { agentGlyph, levelGlyph, words } from '../draw/glyphs.js';
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
    ...describe(event),
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
    ...describeRecorded(event),
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
export function describe(event: McEvent): { glyph: Span; text: string } {
  switch (event.type) {
    case 'agent_status': {
      const { status, previous, evidence } = event.data;
      const why = evidence === null ? '' : `  ${[evidence.file, evidence.field].filter(Boolean).join(' ')}`;
      const task = event.data.details.tasks[0]?.title;
      const still = task === undefined ? status : `${status} · ${task}`;
      return { glyph: agentGlyph(status), text: previous ? `${previous} → ${status}${why}` : still };
    }
    case 'agent_removed':
      return { glyph: ['dim', '·'], text: 'its directory is gone' };
    case 'agent_activity':
      return {
        glyph: ['plain', '·'],
        text: [event.data.activity.action, event.data.activity.task]
          .filter((word) => word !== undefined)
          .map(words)
          .join('  '),
      };
    case 'agent_position':
      return { glyph: ['dim', '·'], text: `office: ${Object.keys(event.data.positions).length} have a place` };
    case 'task_update': {
      const { added, changed, removed, path } = event.data;
      const parts = [
        ...added.map((task) => `+ ${task.text}`),
        ...changed.map((task) => `${words(task.status)}: ${task.text}`),
        ...removed.map((task) => `− ${task.text}`),
      ];
      return {
        glyph: changed.some(({ status }) => status === 'failed') ? ['bad', '✕'] : ['plain', '✓'],
        text: parts.join(', ') || path,
      };
    }
    case 'notification':
      return {
        glyph: levelGlyph(event.data.level),
        text: [event.data.title, event.data.message].filter(Boolean).join(': '),
      };
    case 'notification_ack':
      return { glyph: ['dim', '✓'], text: 'a notification was acknowledged' };
    case 'system_metric':
      return { glyph: ['dim', '·'], text: `${event.data.metric} ${event.data.value ?? '–'} ${event.data.unit}` };
    case 'file_change':
      return { glyph: ['dim', '·'], text: `${event.data.kind} ${event.data.path}` };
    case 'backup_update':
      return {
        glyph: event.data.state === 'failed' ? ['bad', '✕'] : ['plain', '✓'],
        text: `backup ${describeBackupUpdate(event.data)}`,
      };
    default:
      return { glyph: ['dim', '·'], text: summary((event as { data?: unknown }).data) };
  }
}

/** The same for a row of the server's log, which keeps less of an event. */
function describeRecorded({ type, data }: RecordedEvent): { glyph: Span; text: string } {
  const status = text(field(data, 'status'));
  if (type === 'agent_status' && status !== null) {
    const previous = text(field(data, 'previous'));
    return { glyph: agentGlyph(status as AgentStatus), text: previous === null ? status : `${previous} → ${status}` };
  }
  if (type === 'task_update') {
    const count = (name: string) => list(field(data, name)).length;
    const counts = [`${count('added')} added`, `${count('changed')} changed`, `${count('removed')} removed`];
    const told = counts.filter((words) => !words.startsWith('0'));
    return {
      glyph: ['dim', '·'],
      text: `${text(field(data, 'path')) ?? 'tasks'}${told.length > 0 ? `: ${told.join(', ')}` : ' changed'}`,
    };
  }
  const activity = field(data, 'activity');
  const action = text(field(activity, 'action')) ?? text(field(data, 'action'));
  if (type === 'agent_activity' && action !== null) {
    const task = text(field(activity, 'task')) ?? text(field(data, 'task'));
    return {
      glyph: ['plain', '·'],
      text: [action, task]
        .filter((word) => word !== null)
        .map(words)
        .join('  '),
    };
  }
  const said = [text(field(data, 'title')), text(field(data, 'message'))].filter(
    (word) => word !== null && word !== '',
  );
  return { glyph: ['dim', '·'], text: said.length > 0 ? said.join(': ') : summary(data) };
}

function summary(data: unknown): string {
  if (typeof data !== 'object' || data === null) return data === undefined || data === null ? '' : String(data);
  const words = Object.entries(data).flatMap(([key, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [`${key}=${value}`] : [],
  );
  return words.slice(0, 6).join(' ');
}
