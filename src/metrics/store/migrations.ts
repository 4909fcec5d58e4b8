import { type Database, versionOf } from './database.js';
import { createEvents, createTables, createViews, missingColumns, SCHEMA_VERSION } from './schema.js';

/** One step forward, run inside a transaction. */
type Migration = (db: Database) => void;

/** Under the version they lead to. Version 1 is the first of ours; what the old system left is read by `legacy.ts`. */
const MIGRATIONS: Record<number, Migration> = {
  1: (db) => {
    db.exec(createTables());
    db.exec(createEvents());
    db.exec(createViews());
  },
};

/**
 * Brings a database of our own to the present version, each step in one transaction, and gives it the columns of metrics
 * that are new in the registry. A process that comes second finds the work done.
 */
export function migrate(db: Database): void {
  while (versionOf(db) < SCHEMA_VERSION) {
    db.transaction(() => {
      const next = versionOf(db) + 1;
      if (next > SCHEMA_VERSION) return;
      MIGRATIONS[next]?.(db);
      db.pragma(`user_version = ${next}`);
    }).immediate();
  }
  addMissingColumns(db);
}

function addMissingColumns(db: Database): void {
  const known = new Map<string, Set<string>>();
  const columnsOf = (table: string) => {
    const columns =
      known.get(table) ?? new Set((db.pragma(`table_info(${table})`) as { name: string }[]).map((c) => c.name));
    known.set(table, columns);
    return columns;
  };
  const statements = missingColumns((table, column) => columnsOf(table).has(column));
  if (statements.length === 0) return;
  db.transaction(() => {
    for (const statement of statements) db.exec(statement);
    db.exec(createViews());
  }).immediate();
}
