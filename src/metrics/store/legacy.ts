import type { MetricScope } from '../../protocol/index.js';
import Sqlite from 'better-sqlite3';
import { rm } from 'node:fs/promises';
import { type Database, openWriter, PATIENCE_MS, versionOf } from './database.js';
import { setMeta } from './meta.js';
import { copyAside } from './old-copy.js';
import { createPlaces, encodeExactly, type OldRow, textOf, textOfRow, timeOf } from './old-values.js';
import { metricsOf } from './registry.js';
import { rewind } from './store.js';
import { createEvents, createTables, createViews, insertSample, ownNames } from './schema.js';

/** What an upgrade of the old system's database brought. */
export interface LegacyReport {
  /** The copy that was made first. */
  copy: string;
  agentRows: number;
  systemRows: number;
  events: number;
  /** Rows with a time, a figure or an id that cannot be taken over; kept as JSON in the table `unplaced`. */
  unplaced: number;
  /** Old tables that have columns of their own; they stay under these names. */
  kept: string[];
  /** The zone in which naive times were read. */
  timeZone: string;
}

/** An old database that cannot be upgraded; nothing was changed. */
export class UpgradeError extends Error {}

const OLD_TABLES = ['agent_metrics', 'system_metrics', 'events'] as const;
type OldTable = (typeof OLD_TABLES)[number];

/** Ids above are not exact in JavaScript, and leave SQLite no room for the next one. */
const LARGEST_ID = BigInt(2 ** 52);

/** True for a database of the old system: version 0 with one of its tables. */
export function isLegacy(db: Database): boolean {
  return versionOf(db) === 0 && OLD_TABLES.some((table) => nameOf(db, table) !== null);
}

/**
 * Upgrades an old database in place: a copy aside, then every row into the new layout in one transaction. Naive times are
 * read in this machine's zone. Returns null when there was nothing (more) to upgrade.
 * @throws UpgradeError when it cannot be done, with the copy removed again: the database itself is as it was
 */
export async function upgradeLegacy(path: string, now: number, patience = PATIENCE_MS): Promise<LegacyReport | null> {
  const db = openWriter(path, patience);
  try {
    if (!isLegacy(db)) return null;
    const copy = await copyAside(db, path, now);
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      const counts = convertAll(db, timeZone, now);
      if (counts) return { copy: copy.path, timeZone, ...counts };
      if (copy.ours) await rm(copy.path, { force: true });
      return null;
    } catch (error) {
      // What is tried again finds the copy; what is given up needs none: the database itself is kept.
      if (copy.ours && isFinal(error)) await rm(copy.path, { force: true });
      throw isFinal(error) ? new UpgradeError((error as Error).message, { cause: error }) : error;
    }
  } finally {
    db.close();
  }
}

function isFinal(error: unknown): boolean {
  if (error instanceof UpgradeError) return true;
  const code = error instanceof Sqlite.SqliteError ? error.code : '';
  return /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|SCHEMA|TOOBIG|RANGE)/.test(code) || error instanceof TypeError;
}

type Counts = Omit<LegacyReport, 'copy' | 'timeZone'>;

function convertAll(db: Database, timeZone: string, now: number): Counts | null {
  // Old rows may break their own references, and old views may name what is not there: neither matters here.
  db.pragma('foreign_keys = OFF');
  db.pragma('legacy_alter_table = ON');
  return db
    .transaction(() => {
      if (!isLegacy(db)) return null;
      // No other connection can write now: a second connection reads row by row what this one replaces.
      const source = new Sqlite(db.name, { readonly: true, timeout: PATIENCE_MS });
      try {
        return convert(db, source, timeZone, now);
      } finally {
        source.close();
      }
    })
    .immediate();
}

function convert(db: Database, source: Database, timeZone: string, now: number): Counts {
  const old = makeRoom(db);
  db.exec(createTables());
  db.exec(createEvents());
  const agentRows = copySamples(db, source, 'agent');
  const systemRows = copySamples(db, source, 'system');
  const events = copyEvents(db, source);
  const kept: string[] = [];
  for (const [table, name] of old) {
    if (hasOwnColumns(db, table, name)) kept.push(name);
    else db.exec(`DROP TABLE ${quoted(name)}`);
  }
  db.exec(createViews());
  const range =
    'SELECT min(t) AS first, max(t) AS latest FROM (SELECT t FROM agent_raw UNION ALL SELECT t FROM system_raw)';
  const { first, latest } = db.prepare(range).get() as { first: number | null; latest: number | null };
  if (first !== null) rewind(db, first);
  setMeta(db, 'imported_at', now);
  // A row of the year 2099 must not keep everything that comes until then.
  setMeta(db, 'imported_until', latest === null ? null : Math.min(latest, now));
  setMeta(db, 'imported_events', db.prepare('SELECT coalesce(max(id), 0) FROM events').pluck().get() as number);
  setMeta(db, 'imported_time_zone', timeZone);
  db.pragma('user_version = 1');
  const unplaced = db.prepare('SELECT count(*) FROM unplaced').pluck().get() as number;
  return { agentRows, systemRows, events, unplaced, kept };
}

/** Gives every table that stands in our way another name. Returns the old system's, with the names they bear now. */
function makeRoom(db: Database): Map<OldTable, string> {
  const found = new Map<OldTable, string>();
  const ours = ownNames();
  for (const index of namesOf(db, 'index')) {
    const { name, table } = index;
    const inTheWay = ours.includes(name.toLowerCase()) || OLD_TABLES.some((old) => old === table.toLowerCase());
    if (inTheWay) db.exec(`DROP INDEX ${quoted(name)}`);
  }
  for (const { name } of [...namesOf(db, 'view'), ...namesOf(db, 'trigger')]) {
    if (!ours.includes(name.toLowerCase())) continue;
    throw new UpgradeError(`${name} is not a table`);
  }
  for (const { name, virtual } of namesOf(db, 'table')) {
    const lower = name.toLowerCase();
    if (!ours.includes(lower)) continue;
    if (virtual) throw new UpgradeError(`${name} is a virtual table`);
    const free = freeTable(db, `old_${lower}`);
    db.exec(`ALTER TABLE ${quoted(name)} RENAME TO ${quoted(free)}`);
    const old = OLD_TABLES.find((table) => table === lower);
    if (old) found.set(old, free);
  }
  return found;
}

function copySamples(db: Database, source: Database, scope: MetricScope): number {
  const table = scope === 'agent' ? 'agent_metrics' : 'system_metrics';
  const metrics = metricsOf(scope);
  const insert = db.prepare(insertSample(scope, 'INSERT OR IGNORE'));
  const keep = db.prepare('INSERT INTO unplaced VALUES (?, ?)');
  const keyOf = agentKeys(db);
  const places = createPlaces();
  let copied = 0;
  for (const row of rowsOf(source, table)) {
    const at = timeOf(row.timestamp);
    const figures = metrics.map((metric) => encodeExactly(metric.scale, row[metric.name]));
    if (at === null || figures.some(({ exact }) => !exact)) keep.run(table, textOfRow(row));
    if (at === null) continue;
    const key = scope === 'agent' ? keyOf(textOf(row.agent_id) ?? '') : 0;
    const values = figures.map(({ stored }) => stored);
    // Two rows of one agent at one time (an hour that came twice when clocks went back): both are kept, 1 ms apart.
    let t = places.free(key, at);
    while (insert.run(key, t, ...values).changes === 0) {
      places.take(key, t);
      t = places.free(key, t);
    }
    copied += 1;
  }
  return copied;
}

/** Events keep their ids; those whose id is another's, no whole number or too large come last and get new ones. */
function copyEvents(db: Database, source: Database): number {
  const columns = '(id, t, event_type, agent_id, data) VALUES (?, ?, ?, ?, ?)';
  const insert = db.prepare(`INSERT OR IGNORE INTO events ${columns}`);
  const keep = db.prepare('INSERT INTO unplaced VALUES (?, ?)');
  const put = (id: bigint | null, t: number, row: OldRow) =>
    insert.run(id, t, textOf(row.event_type) ?? 'unknown', textOf(row.agent_id), textOf(row.data));
  const others = new Set<number>();
  let copied = 0;
  let place = 0;
  for (const row of rowsOf(source, 'events')) {
    place += 1;
    const t = timeOf(row.timestamp);
    const id = typeof row.id === 'bigint' && row.id <= LARGEST_ID && row.id >= -LARGEST_ID ? row.id : null;
    if (t === null) keep.run('events', textOfRow(row));
    else if (id === null || put(id, t, row).changes === 0) others.add(place);
    else copied += 1;
  }
  place = 0;
  if (others.size === 0) return copied;
  for (const row of rowsOf(source, 'events')) {
    place += 1;
    if (!others.has(place)) continue;
    const { lastInsertRowid } = put(null, timeOf(row.timestamp) ?? 0, row);
    if (row.id !== null && row.id !== undefined) {
      keep.run('events', textOfRow({ id: row.id, became: Number(lastInsertRowid) }));
    }
    copied += 1;
  }
  return copied;
}

/** Every row of an old table, columns in lower case. */
function* rowsOf(source: Database, table: OldTable): Generator<OldRow> {
  const name = nameOf(source, table);
  if (name === null) return;
  const rows = source
    .prepare(`SELECT * FROM ${quoted(name)}`)
    .safeIntegers()
    .raw();
  const columns = rows.columns().map((column) => column.name.toLowerCase());
  for (const row of rows.iterate() as IterableIterator<unknown[]>) {
    yield Object.fromEntries(columns.map((column, at) => [column, row[at]]));
  }
}

function agentKeys(db: Database): (name: string) => number {
  const insert = db.prepare('INSERT INTO agents (name) VALUES (?)');
  const keys = new Map<string, number>();
  return (name) => {
    const key = keys.get(name) ?? Number(insert.run(name).lastInsertRowid);
    keys.set(name, key);
    return key;
  };
}

/** True when a table holds columns that our layout has no place for. */
function hasOwnColumns(db: Database, table: OldTable, name: string): boolean {
  const known =
    table === 'events'
      ? ['id', 'timestamp', 'event_type', 'agent_id', 'data']
      : [
          'id',
          'agent_id',
          'timestamp',
          ...metricsOf(table === 'agent_metrics' ? 'agent' : 'system').map((m) => m.name),
        ];
  const columns = db.pragma(`table_xinfo(${quoted(name)})`) as { name: string }[];
  return columns.some((column) => !known.includes(column.name.toLowerCase()));
}

function freeTable(db: Database, wanted: string): string {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? wanted : `${wanted}_${n}`;
    if (!db.prepare('SELECT 1 FROM sqlite_master WHERE name = ? COLLATE NOCASE').get(name)) return name;
  }
}

/** What a table or view of that name is really called; SQLite does not mind capitals. */
function nameOf(db: Database, table: string): string | null {
  const query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE";
  return (db.prepare(query).pluck().get(table) as string | undefined) ?? null;
}

function namesOf(db: Database, type: string): { name: string; table: string; virtual: number }[] {
  const query = `SELECT name, tbl_name AS "table", sql LIKE 'create virtual%' AS virtual FROM sqlite_master
    WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'`;
  return db.prepare(query).all(type) as { name: string; table: string; virtual: number }[];
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
