import { numberFrom } from '../../protocol/index.js';
import type { ReadDatabase, Row, Wanted } from './sqlite.js';
import { textOf, timeOf, titleOf } from '../values.js';

/** A logical session of an agent: what its key stands for now. From `session_nodes`, or from `sessions.json`. */
export interface SessionNode {
  key: string;
  /** The session that the key stands for now. */
  current: string;
  status: string | null;
  /** `operator`, `spawn`, `channel`, `cron` … */
  via: string | null;
  parentKey: string | null;
  label: string | null;
  archived: boolean;
  created: number | null;
  updated: number | null;
  model: string | null;
  /** Null unless they are fresh: a count of an earlier context is none. */
  contextTokens: number | null;
  contextLimit: number | null;
}

/** One session id under a key: a key gets a new one with a reset, a rollover or a fork. From `session_windows`. */
export interface SessionWindow {
  id: string;
  key: string;
  created: number | null;
  updated: number | null;
  model: string | null;
}

const MOST = 50_000;
const ENTRY = {
  tokens: entryField('totalTokens'),
  fresh: entryField('totalTokensFresh'),
  limit: entryField('contextTokens'),
  model: entryField('model'),
};

export function readNodes(database: ReadDatabase): SessionNode[] {
  const wanted: Wanted[] = [
    'session_key',
    'current_session_id',
    'status',
    'created_via',
    'parent_session_key',
    'spawned_by',
    'label',
    'display_name',
    'archived_at',
    'created_at',
    'updated_at',
    ...Object.values(ENTRY),
  ];
  const rows = database.rows('session_nodes', wanted, `LIMIT ${MOST}`);
  return [...rows].flatMap((row) => nodeFrom(row) ?? []);
}

export function readWindows(database: ReadDatabase): SessionWindow[] {
  const wanted = ['session_id', 'session_key', 'created_at', 'started_at', 'updated_at', 'model'];
  const rows = database.rows('session_windows', wanted, `LIMIT ${MOST}`);
  return [...rows].flatMap((row) => {
    const [id, key] = [textOf(row['session_id']), textOf(row['session_key'], 1000)];
    if (id === null || key === null) return [];
    const created = timeOf(row['created_at']) ?? timeOf(row['started_at']);
    return { id, key, created, updated: timeOf(row['updated_at']), model: textOf(row['model']) };
  });
}

/** A field of the entry's JSON, taken out inside the database: the rest of it never comes into memory. */
function entryField(field: string): Wanted & { name: string } {
  const sql = `CASE WHEN json_valid("entry_json") THEN json_extract("entry_json", '$.${field}') END`;
  return { name: `entry_${field}`, needs: 'entry_json', sql };
}

function nodeFrom(row: Row): SessionNode | null {
  const [key, current] = [textOf(row['session_key'], 1000), textOf(row['current_session_id'])];
  if (key === null || current === null) return null;
  return {
    key,
    current,
    status: textOf(row['status'], 60),
    via: textOf(row['created_via'], 60),
    parentKey: textOf(row['parent_session_key'], 1000) ?? textOf(row['spawned_by'], 1000),
    label: titleOf(row['label']) ?? titleOf(row['display_name']),
    archived: row['archived_at'] !== null,
    created: timeOf(row['created_at']),
    updated: timeOf(row['updated_at']),
    model: textOf(row[ENTRY.model.name]),
    contextTokens: row[ENTRY.fresh.name] === 1 ? numberFrom(row[ENTRY.tokens.name]) : null,
    contextLimit: numberFrom(row[ENTRY.limit.name]),
  };
}
