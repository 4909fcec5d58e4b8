import { copyFileSync, constants, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { errnoOf, reasonOf } from '../../base/index.js';
import type { Processes } from '../processes.js';
import { isSame, type Stamp, stampOf } from './stamp.js';

const BUSY_MS = 3_000;
const MOST_COPIED = 4 * 1024 ** 3;
const TRIES = 3;
const COPIES = 'openclaw-';
const REFUSED: Readonly<Record<string, string>> = {
  SQLITE_BUSY: 'is busy',
  SQLITE_LOCKED: 'is busy',
  SQLITE_CORRUPT: 'is corrupt',
  SQLITE_NOTADB: 'is not a database',
  SQLITE_CANTOPEN: 'cannot be opened',
  SQLITE_ERROR: 'has tables of a form that is not known',
};

/** A database of OpenClaw that cannot be read now. `message` says why, without a path. */
export class NotReadable extends Error {}

/** An open database, only for reading. What its tables lack is null. */
export interface ReadDatabase {
  /** What is read is a copy of ours: it does not change, and it may stay open. */
  readonly isCopy: boolean;
  /** Columns of a table; empty where there is no such table. Views and virtual tables are none. */
  columns(table: string): ReadonlySet<string>;
  /**
   * Rows of a table with the columns that are asked for, those that it does not have as null.
   * @param wanted names of columns, or `[name, SQL]` for what is made of the column of that name
   * @throws NotReadable
   */
  rows(table: string, wanted: readonly Wanted[], rest?: string, values?: unknown[]): Iterable<Row>;
  close(): void;
}

/** A column by its name; or a name, the column it needs, and SQL that makes it. */
export type Wanted = string | { name: string; needs: string; sql: string };
export type Row = Record<string, unknown>;

/** When a database and what belongs to it last changed. */
export interface DatabaseStamp {
  main: Stamp | null;
  wal: Stamp | null;
}

export function databaseStampOf(path: string): DatabaseStamp {
  return { main: stampOf(path), wal: stampOf(`${path}-wal`) };
}

/** Removes the copies that a process which was killed may have left in our directory. */
export function clearCopies(scratch: string): void {
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(scratch)) {
    if (name.startsWith(COPIES)) rmSync(join(scratch, name), { recursive: true, force: true });
  }
}

/**
 * Opens a database so that nothing beside it changes. In place only while a process has it open (then its `-shm` is
 * there already): a connection, though it only reads, would make `-shm` and `-wal` and leave them. Else a copy is read.
 * @throws NotReadable
 */
export function openDatabase(path: string, { processes, scratch }: Around): ReadDatabase {
  const shared = `${path}-shm`;
  for (const name of [path, `${path}-wal`, shared]) refuseOther(name);
  if (stampOf(shared) !== null && processes.holdsLock(shared) !== false)
    return opened(path, { readonly: true, isCopy: false });
  return openCopy(path, scratch);
}

export interface Around {
  processes: Processes;
  scratch: string;
}

function refuseOther(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile()) throw new NotReadable(`${basename(path)} is not a regular file`);
}

function openCopy(path: string, scratch: string): ReadDatabase {
  const folder = mkdtempSync(join(scratch, COPIES));
  const drop = () => rmSync(folder, { recursive: true, force: true });
  try {
    copyWhole(path, folder);
    const copy = join(folder, basename(path));
    // A journal means that a process ended in the middle of a change: opened for writing, the copy is put right.
    const database = opened(copy, { readonly: stampOf(`${copy}-journal`) === null, isCopy: true });
    // What is open stays readable: nothing of the copy is left behind, however this process ends.
    drop();
    return database;
  } catch (error) {
    drop();
    throw error instanceof NotReadable ? error : new NotReadable(wordsOf(error));
  }
}

/** Database, log and journal as they were at one moment. */
function copyWhole(path: string, folder: string): void {
  const parts = ['', '-wal', '-journal'];
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = parts.map((part) => stampOf(path + part));
    if (before[0] === null || before[0] === undefined) throw new NotReadable('is not there');
    if (before.reduce((sum, stamp) => sum + (stamp?.size ?? 0), 0) > MOST_COPIED)
      throw new NotReadable('is larger than 4 GB and not open in any process: it is not copied to be read');
    for (const [index, part] of parts.entries()) {
      const to = join(folder, basename(path) + part);
      rmSync(to, { force: true });
      if (before[index] !== null) copyFileSync(path + part, to, constants.COPYFILE_FICLONE);
    }
    const after = parts.map((part) => stampOf(path + part));
    if (before.every((stamp, index) => isSame(stamp, after[index] ?? null))) return;
  }
  throw new NotReadable('is busy: it changes while it is copied');
}

function opened(path: string, { readonly, isCopy }: { readonly: boolean; isCopy: boolean }): ReadDatabase {
  const database = guarded(() => new Sqlite(path, { readonly, fileMustExist: true, timeout: BUSY_MS }));
  try {
    guarded(() => {
      database.pragma('query_only = ON');
      database.pragma('trusted_schema = OFF');
      // The first read opens the log and recovers it.
      database.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get();
    });
  } catch (error) {
    database.close();
    throw error;
  }
  return readerOf(database, isCopy);
}

function readerOf(database: Sqlite.Database, isCopy: boolean): ReadDatabase {
  const known = new Map<string, ReadonlySet<string>>();
  const statements = new Map<string, Sqlite.Statement<unknown[], Row>>();
  /** The same few are asked for every session, and to prepare one costs more than to ask it. */
  const prepared = (sql: string) => {
    const statement = statements.get(sql) ?? guarded(() => database.prepare<unknown[], Row>(sql));
    statements.set(sql, statement);
    return statement;
  };
  const columns = (table: string) => {
    const found = known.get(table) ?? guarded(() => columnsOf(database, table));
    known.set(table, found);
    return found;
  };
  return {
    isCopy,
    columns,
    *rows(table, wanted, rest = '', values = []) {
      const there = columns(table);
      if (there.size === 0) return;
      const list = wanted.map((column) => selected(column, there)).join(', ');
      const statement = prepared(`SELECT ${list} FROM "${table}" ${rest}`);
      const rows = guarded(() => statement.iterate(...values));
      try {
        for (;;) {
          const next = guarded(() => rows.next());
          if (next.done) return;
          yield next.value;
        }
      } finally {
        rows.return?.();
      }
    },
    close: () => database.close(),
  };
}

function selected(wanted: Wanted, there: ReadonlySet<string>): string {
  const { name, needs, sql } =
    typeof wanted === 'string' ? { name: wanted, needs: wanted, sql: `"${wanted}"` } : wanted;
  return there.has(needs) ? `${sql} AS "${name}"` : `NULL AS "${name}"`;
}

function columnsOf(database: Sqlite.Database, table: string): ReadonlySet<string> {
  const real = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? AND rootpage > 0");
  if (real.get(table) === undefined) return new Set();
  const columns = database.prepare<[string], { name: string }>('SELECT name FROM pragma_table_info(?)').all(table);
  return new Set(columns.map(({ name }) => name));
}

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof NotReadable ? error : new NotReadable(wordsOf(error));
  }
}

function wordsOf(error: unknown): string {
  const code = error instanceof Sqlite.SqliteError ? error.code : null;
  if (code === null) return errnoOf(error) === null ? 'cannot be read' : reasonOf(error);
  const known = Object.entries(REFUSED).find(([prefix]) => code.startsWith(prefix));
  return known?.[1] ?? `cannot be read (${code})`;
}
