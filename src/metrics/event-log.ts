import { type ActivityAnswer, describeBackupUpdate, type EventsAnswer, type LoggedEvent } from '../protocol/index.js';
import { parseMoment } from '../base/index.js';
import type { Database } from './database.js';
import { LOGGED_TYPES, OWN_EVENTS } from './event-rows.js';
import { invalid, nearest } from './params.js';

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

export const EVENTS_LIMIT = 1000;

/**
 * Events, newest first.
 * @param known agents that exist but of which the log says nothing yet
 * @throws McError `input.invalid` for a type, an agent or a time that cannot be
 */
export function readEvents(db: Database, input: EventsInput, now: number, known: readonly string[] = []): EventsAnswer {
  const limit = limitOf(input.limit, 100);
  const conditions: [sql: string, value: number | string | undefined][] = [
    ['event_type = ?', input.type === undefined ? undefined : knownType(db, input.type)],
    ['agent_id = ?', input.agent === undefined ? undefined : knownAgent(db, input.agent, known)],
    ['t >= ?', input.since === undefined ? undefined : parseMoment(input.since, now)],
    ['t < ?', input.until === undefined ? undefined : parseMoment(input.until, now)],
    ['id < ?', input.cursor],
  ];
  const set = conditions.filter(([, value]) => value !== undefined);
  const where = set.length > 0 ? `WHERE ${set.map(([sql]) => sql).join(' AND ')}` : '';
  const rows = db
    .prepare(`SELECT id, timestamp, event_type, agent_id, data FROM events ${where} ORDER BY t DESC, id DESC LIMIT ?`)
    .all(...set.map(([, value]) => value), limit + 1) as (Omit<LoggedEvent, 'data'> & { data: string | null })[];
  const events = rows.slice(0, limit).map((row) => ({ ...row, data: parsed(row.data) }));
  return { events, next_cursor: rows.length > limit ? String(events.at(-1)?.id) : null };
}

export interface ActivityInput {
  limit?: number | undefined;
  offset?: number | undefined;
  session?: string | undefined;
}

const SESSION = "coalesce(json_extract(data, '$.activity.session_id'), json_extract(data, '$.activity.sessionId'))";

/** The event log as lines to read, newest first. */
export function readActivity(db: Database, input: ActivityInput, now: number): ActivityAnswer {
  const limit = limitOf(input.limit, 50);
  const offset = input.offset ?? 0;
  if (!Number.isInteger(offset) || offset < 0)
    throw invalid(`offset is ${offset}`, 'accepted is a whole number from 0');
  const where =
    input.session === undefined ? '' : `WHERE event_type = 'agent_activity' AND json_valid(data) AND ${SESSION} = ?`;
  const values = input.session === undefined ? [] : [input.session];
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

/** An event in words, for people. */
export function describeEvent(type: string, data: unknown): string {
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
  throw invalid(
    `there is no event type "${type}"`,
    `nearest: ${nearest(type, names).join(', ')}. Accepted: ${names.join(', ')}`,
  );
}

function knownAgent(db: Database, agent: string, known: readonly string[]): string {
  if (known.includes(agent)) return agent;
  if (db.prepare('SELECT 1 FROM agents WHERE name = ?').get(agent)) return agent;
  if (db.prepare('SELECT 1 FROM events WHERE agent_id = ? LIMIT 1').get(agent)) return agent;
  const names = new Set([...known, ...(db.prepare('SELECT name FROM agents').pluck().all() as string[])]);
  throw invalid(`there is no agent "${agent}"`, `nearest: ${nearest(agent, [...names]).join(', ')}`);
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
