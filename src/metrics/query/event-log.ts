import {
  type ActivityAnswer,
  AHEAD_MS,
  describeBackupUpdate,
  type EventsAnswer,
  type LoggedEvent,
} from '../../protocol/index.js';
import { parseMoment, suggest } from '../../base/index.js';
import type { Database } from '../store/database.js';
import { LOGGED_TYPES, OWN_EVENTS } from '../store/event-rows.js';
import { invalid, unknownAgent } from './params.js';

/** Filters of the event log, as texts from outside. */
export interface EventsInput {
  type?: string | undefined;
  agent?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  limit?: number | undefined;
  /** Id of the last event of the page before. */
  cursor?: number | undefined;
}

const EVENTS_LIMIT = 1000;

type Condition = [sql: string, value: number | string | number[] | undefined];

/**
 * Events, newest first. Those of the future (a clock was wrong when they were written) are only counted, unless `until` is
 * given: they would be the newest for years.
 * @param known agents that exist but of which the log says nothing yet
 * @throws McError `input.invalid` for a type, an agent or a time that cannot be
 */
export function readEvents(db: Database, input: EventsInput, now: number, known: readonly string[] = []): EventsAnswer {
  const limit = limitOf(input.limit, 100);
  const conditions: Condition[] = [
    ['event_type = ?', input.type === undefined ? undefined : knownType(db, input.type)],
    ['agent_id = ?', input.agent === undefined ? undefined : knownAgent(db, input.agent, known)],
    ['t >= ?', input.since === undefined ? undefined : parseMoment(input.since, now)],
    ['t < ?', input.until === undefined ? aheadOf(now) : parseMoment(input.until, now)],
    ...afterCursor(db, input.cursor),
  ];
  const set = conditions.filter(([, value]) => value !== undefined);
  const where = set.length > 0 ? `WHERE ${set.map(([sql]) => sql).join(' AND ')}` : '';
  const rows = db
    .prepare(`SELECT id, timestamp, event_type, agent_id, data FROM events ${where} ORDER BY t DESC, id DESC LIMIT ?`)
    .all(...set.flatMap(([, value]) => value), limit + 1) as (Omit<LoggedEvent, 'data'> & { data: string | null })[];
  const events = rows.slice(0, limit).map((row) => ({ ...row, data: parsed(row.data) }));
  return {
    events,
    next_cursor: rows.length > limit ? String(events.at(-1)?.id) : null,
    ahead: input.until === undefined ? countAhead(db, now) : 0,
  };
}

/** From here on times cannot be believed. */
function aheadOf(now: number): number {
  return now + AHEAD_MS + 1;
}

function countAhead(db: Database, now: number): number {
  return db.prepare('SELECT count(*) FROM events WHERE t >= ?').pluck().get(aheadOf(now)) as number;
}

/** What comes after an event in the order of the list. Where it has been retired meanwhile, its id must do. */
function afterCursor(db: Database, cursor: number | undefined): Condition[] {
  if (cursor === undefined) return [];
  const t = db.prepare('SELECT t FROM events WHERE id = ?').pluck().get(cursor) as number | undefined;
  return t === undefined ? [['id < ?', cursor]] : [['(t, id) < (?, ?)', [t, cursor]]];
}

export interface ActivityInput {
  limit?: number | undefined;
  offset?: number | undefined;
  session?: string | undefined;
}

const SESSION = "coalesce(json_extract(data, '$.activity.session_id'), json_extract(data, '$.activity.sessionId'))";

/** The event log as lines to read, newest first; without those of the future. */
export function readActivity(db: Database, input: ActivityInput, now: number): ActivityAnswer {
  const limit = limitOf(input.limit, 50);
  const offset = input.offset ?? 0;
  if (!Number.isInteger(offset) || offset < 0)
    throw invalid(`offset is ${offset}`, 'accepted is a whole number from 0');
  const ofSession = `event_type = 'agent_activity' AND json_valid(data) AND ${SESSION} = ? AND`;
  const where = `WHERE ${input.session === undefined ? '' : ofSession} t < ?`;
  const values = [...(input.session === undefined ? [] : [input.session]), aheadOf(now)];
  const total = db
    .prepare(`SELECT count(*) FROM events ${where}`)
    .pluck()
    .get(...values) as number;
  const rows = db
    .prepare(
      `SELECT timestamp, event_type, agent_id, data FROM events ${where} ORDER BY t DESC, id DESC LIMIT ? OFFSET ?`,
    )
    .all(...values, limit, offset) as {
    timestamp: string;
    event_type: string;
    agent_id: string | null;
    data: string;
  }[];
  const logs = rows.map((row) => {
    const data = parsed(row.data);
    return {
      timestamp: row.timestamp,
      agent: row.agent_id,
      type: row.event_type,
      message: describeEvent(row.event_type, data),
      sessionId: sessionOf(data),
    };
  });
  return { logs, total, limit, offset, timestamp: new Date(now).toISOString() };
}

/** The `message` of a line of the activity log, as its API has always had it. */
function describeEvent(type: string, data: unknown): string {
  const fields = recordOf(data);
  switch (type) {
    case 'agent_status':
      return typeof fields.previous === 'string'
        ? `${fields.previous} → ${wordOf(fields.status)}`
        : wordOf(fields.status);
    case 'agent_removed':
      return 'removed';
    case 'agent_activity': {
      const activity = recordOf(fields.activity);
      return [activity.action, activity.task ?? activity.file].filter((part) => typeof part === 'string').join(': ');
    }
    case 'notification':
      return [fields.title, fields.message].filter((part) => typeof part === 'string' && part !== '').join(': ');
    case 'task_update':
      return `${wordOf(fields.path)}: ${lengthOf(fields.added)} added, ${lengthOf(fields.changed)} changed, ${lengthOf(fields.removed)} removed`;
    case 'backup_update':
      return describeBackupUpdate({ id: wordOf(fields.id), state: wordOf(fields.state), action: fields.action });
    default:
      return Object.entries(fields)
        .filter(([, value]) => typeof value !== 'object')
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', ');
  }
}

function limitOf(limit: number | undefined, fallback: number): number {
  if (limit === undefined) return fallback;
  if (Number.isInteger(limit) && limit >= 1 && limit <= EVENTS_LIMIT) return limit;
  throw invalid(`limit is ${limit}`, `accepted is a whole number from 1 to ${EVENTS_LIMIT}`);
}

function knownType(db: Database, type: string): string {
  const ours: readonly string[] = [...LOGGED_TYPES, ...OWN_EVENTS];
  if (ours.includes(type) || db.prepare('SELECT 1 FROM events WHERE event_type = ? LIMIT 1').get(type)) return type;
  const found = db.prepare('SELECT DISTINCT event_type FROM events').pluck().all() as string[];
  const names = [...new Set([...ours, ...found])];
  const near = suggest(type, names);
  const guess = near.length > 0 ? `did you mean ${near.join(', ')}? ` : '';
  throw invalid(`there is no event type "${type}"`, `${guess}Accepted: ${names.join(', ')}`);
}

function knownAgent(db: Database, agent: string, known: readonly string[]): string {
  if (known.includes(agent)) return agent;
  if (db.prepare('SELECT 1 FROM agents WHERE name = ?').get(agent)) return agent;
  if (db.prepare('SELECT 1 FROM events WHERE agent_id = ? LIMIT 1').get(agent)) return agent;
  throw unknownAgent(agent, [...known, ...(db.prepare('SELECT name FROM agents').pluck().all() as string[])]);
}

function parsed(data: string | null): unknown {
  if (data === null) return null;
  try {
    return JSON.parse(data);
  } catch {
    // What the old system wrote may be anything.
    return data;
  }
}

function sessionOf(data: unknown): string | null {
  const activity = recordOf(recordOf(data).activity);
  const session = activity.session_id ?? activity.sessionId;
  return typeof session === 'string' ? session : null;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : 'unknown';
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
