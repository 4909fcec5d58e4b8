import { unpackZstd } from '../zstd.js';
import { numberFrom } from '../../protocol/index.js';
import type { Budget } from './keep.js';
import type { ReadDatabase, Row, Wanted } from './sqlite.js';
import { beginTranscript, isPassing, type Tail, takeEntry, type Telling, type TranscriptState } from './transcript.js';
import { textOf, timeOf } from '../values.js';

/** How far the rows of one session are read, and what they said. JSON-safe. */
export interface RowCursor {
  seq: number;
  /** Changes when OpenClaw rewrites what it wrote. */
  generation: string | null;
  state: TranscriptState;
}

/** What was gone through. */
export interface EntriesRead {
  lines: number;
  malformed: number;
}

/** One transaction reads so many rows. */
const SLICE = 500;
const EVENT_BYTES = 4 * 1024 * 1024;
/** What a row costs besides its text. */
const ROW_COST = 200;
const MOST_SESSIONS = 50_000;
const TABLE = 'transcript_events';
/** How far back the last entry that tells whose turn it is may lie. */
const TAIL_ROWS = 20;

const EVENT: Wanted[] = [
  'seq',
  'created_at',
  { name: 'json_bytes', needs: 'event_json', sql: 'octet_length("event_json")' },
  { name: 'json', needs: 'event_json', sql: `CASE WHEN octet_length("event_json") <= ${EVENT_BYTES} THEN "event_json" END` },
  { name: 'zstd_bytes', needs: 'event_zstd', sql: 'octet_length("event_zstd")' },
  { name: 'zstd', needs: 'event_zstd', sql: `CASE WHEN octet_length("event_zstd") <= ${EVENT_BYTES} THEN "event_zstd" END` },
  'event_utf8_bytes',
];

export function beginRows(generation: string | null): RowCursor {
  return { seq: -1, generation, state: beginTranscript() };
}

/** Whether this database holds transcripts at all. */
export function hasRows(database: ReadDatabase): boolean {
  return database.columns(TABLE).size > 0;
}

/** The last `seq` of every session that has rows, by two steps into the index a session. */
export function lastSeqs(database: ReadDatabase): Map<string, number> {
  const found = new Map<string, number>();
  const next = (after: string) =>
    textOf(only(database, ['session_id'], 'WHERE session_id > ? ORDER BY session_id LIMIT 1', [after])?.['session_id']);
  for (let id = next(''); id !== null && found.size < MOST_SESSIONS; id = next(id)) {
    const last = only(database, ['seq'], 'WHERE session_id = ? ORDER BY seq DESC LIMIT 1', [id]);
    found.set(id, numberFrom(last?.['seq']) ?? -1);
  }
  return found;
}

/** How often each transcript was rewritten, in words of OpenClaw's own. */
export function generationsOf(database: ReadDatabase): Map<string, string> {
  const rows = database.rows('transcript_rewrite_watermarks', ['session_id', 'generation']);
  const pairs = [...rows].map((row) => [textOf(row['session_id']), textOf(row['generation'])]);
  return new Map(pairs.filter((pair): pair is [string, string] => pair[0] !== null && pair[1] !== null));
}

/**
 * Reads the rows of a session on, in slices, until there are none or the budget is used up. Changes the cursor.
 * @returns whether all of them are read
 * @throws NotReadable
 */
export function readRows(
  database: ReadDatabase,
  cursor: RowCursor,
  telling: Telling,
  limits: { budget: Budget; read: EntriesRead },
): boolean {
  for (;;) {
    const rows = sliceOf(database, telling.session, cursor.seq, limits.budget);
    takeSlice(rows, cursor, telling, limits.read);
    if (rows.length === 0) return true;
    if (limits.budget.left <= 0) return false;
  }
}

/** What the last rows of a session say of its turn, whatever was read of it before. @throws NotReadable */
export function tailOf(database: ReadDatabase, telling: Telling): Tail | null {
  const rest = `WHERE session_id = ? ORDER BY seq DESC LIMIT ${TAIL_ROWS}`;
  const rows = [...database.rows(TABLE, EVENT, rest, [telling.session])].reverse();
  const state = beginTranscript();
  takeSlice(rows, { seq: -1, generation: null, state }, telling, { lines: 0, malformed: 0 });
  return state.tail;
}

function only(database: ReadDatabase, wanted: Wanted[], rest: string, values: unknown[]): Row | null {
  for (const row of database.rows(TABLE, wanted, rest, values)) return row;
  return null;
}

/** At least one row, if there is one: then as many as the budget allows. */
function sliceOf(database: ReadDatabase, session: string, after: number, budget: Budget): Row[] {
  const rows: Row[] = [];
  const rest = `WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ${SLICE}`;
  for (const row of database.rows(TABLE, EVENT, rest, [session, after])) {
    rows.push(row);
    budget.left -= ROW_COST + (numberFrom(row['json_bytes']) ?? 0) + (numberFrom(row['zstd_bytes']) ?? 0);
    if (budget.left <= 0) break;
  }
  return rows;
}

function takeSlice(rows: Row[], cursor: RowCursor, telling: Telling, read: EntriesRead): void {
  for (const [index, row] of rows.entries()) {
    read.lines += 1;
    cursor.seq = numberFrom(row['seq']) ?? cursor.seq + 1;
    const text = eventOf(row, telling);
    if (text === null || (index < rows.length - 1 && cursor.state.started !== null && isPassing(text))) continue;
    const entry = parsed(text);
    if (entry === undefined) read.malformed += 1;
    else takeEntry(cursor.state, entry, timeOf(row['created_at']), telling);
  }
}

/** Undefined for what is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text of an event, from either column; null: it cannot be used, which is said. */
function eventOf(row: Row, { findings }: Telling): string | null {
  const { json, zstd } = row;
  if (typeof json === 'string') return json;
  if (row['json_bytes'] !== null && json === null) return refused('an event of more than 4 MiB is not read');
  if (!Buffer.isBuffer(zstd)) return refused(row['zstd_bytes'] === null ? 'an event without a text is not read' : 'an event of more than 4 MiB is not read');
  try {
    const text = unpackZstd(zstd, EVENT_BYTES);
    if (text.length === row['event_utf8_bytes']) return text.toString('utf8');
    return refused('a packed event is not as long as it says: it is not read');
  } catch {
    return refused('a packed event is damaged: it is not read');
  }
  function refused(reason: string): null {
    findings.warning(reason);
    return null;
  }
}
