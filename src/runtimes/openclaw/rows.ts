import { unpackZstd } from '../zstd.js';
import { numberFrom } from '../../protocol/index.js';
import { type EntriesRead, takeLine } from './entries.js';
import type { Budget } from './keep.js';
import type { ReadDatabase, Row, Wanted } from './sqlite.js';
import { beginTranscript, type Tail, type Telling, type TranscriptState } from './transcript.js';
import { textOf, timeOf } from '../values.js';

/** How far the rows of one session are read, and what they said. JSON-safe. */
export interface RowCursor {
  seq: number;
  /** Changes when OpenClaw rewrites what it wrote. */
  generation: string | null;
  state: TranscriptState;
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
  { name: 'json', needs: 'event_json', sql: whole('event_json') },
  { name: 'zstd_bytes', needs: 'event_zstd', sql: 'octet_length("event_zstd")' },
  { name: 'zstd', needs: 'event_zstd', sql: whole('event_zstd') },
  'event_utf8_bytes',
];

function whole(column: string): string {
  return `CASE WHEN octet_length("${column}") <= ${EVENT_BYTES} THEN CAST("${column}" AS BLOB) END`;
}

export function beginRows(generation: string | null): RowCursor {
  return { seq: -1, generation, state: beginTranscript() };
}

/** Whether this database holds transcripts at all. */
export function hasRows(database: ReadDatabase): boolean {
  const columns = database.columns(TABLE);
  return columns.has('session_id') && columns.has('seq');
}

/** The last `seq` of every session that has rows: the index alone says it. @throws NotReadable */
export function lastSeqs(database: ReadDatabase): Map<string, number> {
  const last: Wanted = { name: 'last', needs: 'seq', sql: 'MAX("seq")' };
  const rows = database.rows(TABLE, ['session_id', last], `GROUP BY session_id LIMIT ${MOST_SESSIONS}`);
  return new Map(
    [...rows].flatMap((row): [string, number][] => {
      const [id, seq] = [textOf(row.session_id), numberFrom(row.last)];
      return id === null || seq === null ? [] : [[id, seq]];
    }),
  );
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
  to: { telling: Telling; budget: Budget; read: EntriesRead },
): boolean {
  for (;;) {
    const rows = sliceOf(database, to.telling.session, cursor.seq, to.budget);
    takeSlice(rows, cursor, to);
    if (rows.length === 0) return true;
    if (to.budget.left <= 0) return false;
  }
}

/** What the last rows of a session say of its turn, whatever was read of it before. @throws NotReadable */
export function tailOf(database: ReadDatabase, telling: Telling): Tail | null {
  const rest = `WHERE session_id = ? ORDER BY seq DESC LIMIT ${TAIL_ROWS}`;
  const rows = [...database.rows(TABLE, EVENT, rest, [telling.session])].toReversed();
  const state = beginTranscript();
  takeSlice(rows, { seq: -1, generation: null, state }, { telling, read: { lines: 0, malformed: 0 } });
  return state.tail;
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

function takeSlice(rows: Row[], cursor: RowCursor, to: { telling: Telling; read: EntriesRead }): void {
  for (const row of rows) {
    cursor.seq = numberFrom(row['seq']) ?? cursor.seq + 1;
    const line = lineOf(row);
    if (typeof line === 'string') to.telling.findings.warning(line);
    else takeLine(cursor.state, line, timeOf(row['created_at']), to);
  }
}

/** The event as it is written, from either column; or why it cannot be used. */
function lineOf({
  json,
  json_bytes: jsonBytes,
  zstd,
  zstd_bytes: zstdBytes,
  event_utf8_bytes: bytes,
}: Row): Buffer | string {
  if (Buffer.isBuffer(json)) return json;
  if (jsonBytes !== null || (zstdBytes !== null && zstd === null)) return 'an event of more than 4 MiB is not read';
  if (!Buffer.isBuffer(zstd)) return 'an event without a text is not read';
  try {
    const line = unpackZstd(zstd, EVENT_BYTES);
    return line.length === bytes ? line : 'a packed event is not as long as it says: it is not read';
  } catch {
    return 'a packed event is damaged: it is not read';
  }
}
