import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncDirectory } from '../base/index.js';
import { freeName } from './aside.js';
import { type Database, openWriter, versionOf } from './database.js';
import { setMeta } from './meta.js';
import { type MetricScope, metricsOf } from './registry.js';
import { rewind } from './store.js';
import { createEvents, createTables, createViews, insertSample } from './schema.js';

/** What an upgrade of the old system's database brought. */
export interface LegacyReport {
  /** The copy that was made first. */
  copy: string;
  agentRows: number;
  systemRows: number;
  events: number;
  /** Rows whose time cannot be read; kept as JSON in the table `unplaced`. */
  unplaced: number;
  /** The zone in which naive times were read. */
  timeZone: string;
}

const OLD_TABLES = ['agent_metrics', 'system_metrics', 'events'] as const;
type OldTable = (typeof OLD_TABLES)[number];
type Row = Record<string, unknown>;
const BATCH = 5000;

/** True for a database of the old system: version 0 with one of its tables. */
export function isLegacy(db: Database): boolean {
  return versionOf(db) === 0 && OLD_TABLES.some((table) => isTable(db, table));
}

/**
 * Upgrades an old database in place: a copy aside, then every row into the new layout in one transaction. Naive times are
 * read in this machine's zone. Returns null when there was nothing (more) to upgrade.
 */
export async function upgradeLegacy(path: string, now: number): Promise<LegacyReport | null> {
  const db = openWriter(path);
  try {
    if (!isLegacy(db)) return null;
    const copy = await copyAside(db, path, now);
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const counts = db.transaction(() => (isLegacy(db) ? convert(db, timeZone, now) : null)).immediate();
    if (counts) return { copy, timeZone, ...counts };
    await rm(copy, { force: true });
    return null;
  } finally {
    db.close();
  }
}

async function copyAside(db: Database, path: string, now: number): Promise<string> {
  const copy = freeName(path, 'v0', now, '.bak');
  const unfinished = join(dirname(copy), `.${basename(copy)}.mc-tmp`);
  await rm(unfinished, { force: true });
  await db.backup(unfinished);
  const handle = await open(unfinished, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, copy);
  await syncDirectory(dirname(copy));
  return copy;
}

function convert(db: Database, timeZone: string, now: number): Omit<LegacyReport, 'copy' | 'timeZone'> {
  // The old table of events makes room for the new one; the others have names of their own until they are read.
  if (isTable(db, 'events')) db.exec('ALTER TABLE events RENAME TO old_events');
  dropIndexes(db);
  db.exec(createTables());
  db.exec(createEvents());
  const agentRows = copySamples(db, 'agent');
  const systemRows = copySamples(db, 'system');
  const events = copyEvents(db);
  for (const table of ['agent_metrics', 'system_metrics', 'old_events']) db.exec(`DROP TABLE IF EXISTS ${table}`);
  db.exec(createViews());
  const range =
    'SELECT min(t) AS first, max(t) AS latest FROM (SELECT t FROM agent_raw UNION ALL SELECT t FROM system_raw)';
  const { first, latest } = db.prepare(range).get() as { first: number | null; latest: number | null };
  if (first !== null) rewind(db, first);
  setMeta(db, 'imported_at', now);
  setMeta(db, 'imported_until', latest);
  setMeta(db, 'imported_events', db.prepare('SELECT coalesce(max(id), 0) FROM events').pluck().get() as number);
  setMeta(db, 'imported_time_zone', timeZone);
  db.pragma('user_version = 1');
  const unplaced = db.prepare('SELECT count(*) FROM unplaced').pluck().get() as number;
  return { agentRows, systemRows, events, unplaced };
}

function copySamples(db: Database, scope: MetricScope): number {
  const source = scope === 'agent' ? 'agent_metrics' : 'system_metrics';
  if (!isTable(db, source)) return 0;
  const metrics = metricsOf(scope);
  const insert = db.prepare(insertSample(scope, 'INSERT OR IGNORE'));
  const keep = db.prepare('INSERT INTO unplaced VALUES (?, ?)');
  const keyOf = agentKeys(db);
  let copied = 0;
  for (const row of rowsOf(db, source)) {
    const at = timeOf(row.timestamp);
    if (at === null) {
      keep.run(source, JSON.stringify(row));
      continue;
    }
    const key = scope === 'agent' ? keyOf(textOf(row.agent_id) ?? '') : 0;
    const values = metrics.map((metric) => encodeExactly(metric.scale, row[metric.name]));
    // Two rows of one agent at one time (an hour that came twice when clocks went back): both are kept, 1 ms apart.
    let t = at;
    while (insert.run(key, t, ...values).changes === 0) t += 1;
    copied += 1;
  }
  return copied;
}

function copyEvents(db: Database): number {
  if (!isTable(db, 'old_events')) return 0;
  const insert = db.prepare('INSERT INTO events (id, t, event_type, agent_id, data) VALUES (?, ?, ?, ?, ?)');
  const keep = db.prepare('INSERT INTO unplaced VALUES (?, ?)');
  let copied = 0;
  for (const row of rowsOf(db, 'old_events')) {
    const t = timeOf(row.timestamp);
    if (t === null) keep.run('events', JSON.stringify(row));
    else {
      insert.run(row.id, t, textOf(row.event_type) ?? 'unknown', textOf(row.agent_id), textOf(row.data));
      copied += 1;
    }
  }
  return copied;
}

function* rowsOf(db: Database, table: OldTable | 'old_events'): Generator<Row> {
  const page = db.prepare(`SELECT rowid AS page_key, * FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${BATCH}`);
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = page.all(after) as (Row & { page_key: number })[];
    for (const { page_key: _, ...row } of rows) yield row;
    const last = rows.at(-1);
    if (!last) return;
    after = last.page_key;
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

/** Unlike `encodeValue` it rounds nothing that the old system had written more precisely. */
function encodeExactly(scale: number, value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return null;
  const scaled = number * scale;
  const rounded = Math.round(scaled);
  return rounded / scale === number ? rounded : scaled;
}

/** Naive local ISO time (with a `T` or a space), or one with a zone, in milliseconds; null when it is neither. */
function timeOf(value: unknown): number | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(value)) return null;
  const at = Date.parse(value.replace(' ', 'T'));
  return Number.isNaN(at) ? null : at;
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isTable(db: Database, name: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

function dropIndexes(db: Database): void {
  const indexes = db.prepare("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").pluck().all();
  for (const name of indexes as string[]) db.exec(`DROP INDEX "${name.replaceAll('"', '""')}"`);
}
