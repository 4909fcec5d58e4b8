import type BetterSqlite from 'better-sqlite3';
import type { Alert, AlertSeverity, DeliveryRow, DeliveryState } from '../../protocol/index.js';

export type Database = BetterSqlite.Database;

/** What a message tells of its alert. */
export type MessageKind = 'firing' | 'resolved' | 'test';

/** A message that waits, as the worker sees it. Times: milliseconds since the epoch. */
export interface Waiting {
  id: number;
  alert: string;
  rule: string;
  severity: AlertSeverity;
  target: string;
  kind: MessageKind;
  state: 'waiting' | 'held';
  attempts: number;
  queued_at: number;
  first_at: number | null;
  next_at: number;
  /** The digest it goes with; null: by itself, or not decided yet. */
  batch: string | null;
}

/** What is known of a target from its deliveries. */
export interface TargetRecord {
  /** Why it is sent nothing more until a test arrives; null: it is. */
  off: string | null;
  last_success_at: number | null;
  last_error_at: number | null;
  last_error: string | null;
  /** The weekly proof that was queued last. */
  canary_at: number | null;
}

/** What became of the messages of a target since the process began. */
export type Outcome = Exclude<DeliveryState, 'waiting' | 'held'>;

const ACTIVE = `state IN ('waiting', 'held')`;
/** Some of them, given as a JSON list: a thousand rows in one statement. */
const IDS = '(SELECT value FROM json_each(?))';
const DAY = 86_400_000;
/** What is over is kept for so long, and no more than so many rows. */
const KEPT_MS = 30 * DAY;
const KEPT_ROWS = 20_000;
/** An alert that is over is sent to Alertmanager for so long. */
const RESOLVED_SENT_MS = 15 * 60_000;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  alert TEXT NOT NULL,
  rule TEXT NOT NULL,
  severity TEXT NOT NULL,
  agent TEXT,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  queued_at INTEGER NOT NULL,
  first_at INTEGER,
  next_at INTEGER NOT NULL,
  done_at INTEGER,
  batch TEXT,
  last_error TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_active ON deliveries (target, id) WHERE state IN ('waiting', 'held');
CREATE INDEX IF NOT EXISTS deliveries_alert ON deliveries (alert, target);
CREATE TABLE IF NOT EXISTS delivery_alerts (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  told INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  body TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS delivery_targets (
  name TEXT PRIMARY KEY,
  mark TEXT NOT NULL,
  off TEXT,
  last_success_at INTEGER,
  last_error_at INTEGER,
  last_error TEXT,
  canary_at INTEGER
) WITHOUT ROWID;
`;

/** Makes the tables of deliveries, in a database of any other's. */
export function migrate(database: Database): void {
  database.exec(SCHEMA);
}

export type Outbox = ReturnType<typeof createOutbox>;

/** The messages that are to be sent and those that were, in a database that holds the tables. */
export function createOutbox(db: Database) {
  const saveAlert = db.prepare(
    `INSERT INTO delivery_alerts (id, state, told, changed_at, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, told = excluded.told, changed_at = excluded.changed_at, body = excluded.body`,
  );
  const refresh = db.prepare('UPDATE delivery_alerts SET body = ? WHERE id = ?');
  const isKnown = db
    .prepare(`SELECT 1 FROM deliveries WHERE alert = ? AND target = ? AND kind = ? AND state <> 'dropped' LIMIT 1`)
    .pluck();
  const insert = db.prepare(
    `INSERT INTO deliveries (alert, rule, severity, agent, target, kind, state, queued_at, next_at)
     VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?)`,
  );
  const drop = db.prepare(
    `UPDATE deliveries SET state = 'dropped', done_at = ?, last_error = ? WHERE alert = ? AND kind = 'firing' AND ${ACTIVE}
     RETURNING target`,
  );
  const toldTargets = db
    .prepare(
      `SELECT DISTINCT target FROM deliveries WHERE alert = ? AND kind = 'firing' AND (state = 'delivered' OR attempts > 0)`,
    )
    .pluck();
  const active = db.prepare(
    `SELECT id, alert, rule, severity, target, kind, state, attempts, queued_at, first_at, next_at, batch
     FROM deliveries WHERE target = ? AND ${ACTIVE} ORDER BY id LIMIT 2000`,
  );
  const activeTargets = db.prepare(
    `SELECT target, min(queued_at) AS oldest, count(*) AS count FROM deliveries WHERE ${ACTIVE} GROUP BY target`,
  );
  const bodyOf = db.prepare('SELECT body FROM delivery_alerts WHERE id = ?').pluck();
  const begin = db.prepare(
    `UPDATE deliveries SET attempts = attempts + 1, first_at = coalesce(first_at, ?), next_at = ?, batch = ?, state = 'waiting'
     WHERE id IN ${IDS}`,
  );
  const again = db.prepare(`UPDATE deliveries SET next_at = ?, last_error = ? WHERE id IN ${IDS} AND ${ACTIVE}`);
  const unbegin = db.prepare(
    `UPDATE deliveries SET attempts = attempts - 1, next_at = ? WHERE id IN ${IDS} AND ${ACTIVE} AND attempts > 0`,
  );
  // What has arrived has arrived, also when it was dropped meanwhile.
  const end = db.prepare(
    `UPDATE deliveries SET state = ?, done_at = ?, last_error = ? WHERE id IN ${IDS} AND (${ACTIVE} OR ? = 'delivered')`,
  );
  const hold = db.prepare(`UPDATE deliveries SET state = 'held' WHERE id IN ${IDS} AND state = 'waiting'`);
  const target = db.prepare('SELECT * FROM delivery_targets WHERE name = ?');
  const saveTarget = db.prepare(
    `INSERT INTO delivery_targets (name, mark) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET
     off = NULL, last_success_at = NULL, last_error_at = NULL, last_error = NULL, canary_at = NULL, mark = excluded.mark
     WHERE mark <> excluded.mark`,
  );
  const well = db.prepare(
    'UPDATE delivery_targets SET last_success_at = ?, off = NULL, last_error = NULL WHERE name = ?',
  );
  const ill = db.prepare(
    'UPDATE delivery_targets SET last_error_at = ?, last_error = ?, off = coalesce(?, off) WHERE name = ?',
  );
  const counts = new Map<string, number>();
  const count = (name: string, outcome: Outcome, by = 1): void => {
    const key = JSON.stringify([name, outcome]);
    counts.set(key, (counts.get(key) ?? 0) + by);
  };

  /** All of it or nothing. */
  const together = <A extends unknown[]>(work: (...args: A) => void): ((...args: A) => void) => db.transaction(work);

  return {
    /** What became of messages since this process began. */
    counts(): { target: string; outcome: Outcome; count: number }[] {
      return [...counts].map(([key, value]) => {
        const [name, outcome] = JSON.parse(key) as [string, Outcome];
        return { target: name, outcome, count: value };
      });
    },
    /** Keeps an alert as it is now. `told`: it may be spoken of. */
    keep(alert: Alert, told: boolean, now: number): void {
      saveAlert.run(alert.id, alert.state, told ? 1 : 0, now, JSON.stringify(alert));
    },
    /** What is sent of an alert from now on says what it says now. */
    refresh: (alert: Alert) => void refresh.run(JSON.stringify(alert), alert.id),
    /** Queues a message, unless it was before. */
    add(alert: Alert, name: string, kind: MessageKind, now: number): void {
      if (isKnown.get(alert.id, name, kind) !== undefined) return;
      insert.run(alert.id, alert.rule, alert.severity, alert.agent, name, kind, now, now);
    },
    /** Who was told that it fires, or may have been. */
    told: (alert: string) => toldTargets.all(alert) as string[],
    /** Takes back what is waiting of an alert. */
    drop(alert: string, reason: string, now: number): void {
      for (const row of drop.all(now, reason, alert) as { target: string }[]) count(row.target, 'dropped');
    },
    /** What waits for a target, oldest first. */
    waiting: (name: string) => active.all(name) as Waiting[],
    /** Who is waited for, since when, and by how many messages. */
    queues: () => activeTargets.all() as { target: string; oldest: number; count: number }[],
    /** An alert as it is now; null: not known any more. */
    alert(id: string): Alert | null {
      const body = bodyOf.get(id) as string | undefined;
      return body === undefined ? null : (JSON.parse(body) as Alert);
    },
    /** Puts on record that an attempt is about to be made. `next`: when it is made again should nobody say how it ended. */
    begin(ids: readonly number[], batch: string | null, now: number, next: number): void {
      begin.run(now, next, batch, JSON.stringify(ids));
    },
    /** The attempt failed and another is made at `next`. */
    again: (ids: readonly number[], next: number, error: string) => void again.run(next, error, JSON.stringify(ids)),
    /** The attempt was not made after all. */
    unbegin: (ids: readonly number[], next: number) => void unbegin.run(next, JSON.stringify(ids)),
    /** Puts on record how messages to one target ended. */
    end(rows: readonly Pick<Waiting, 'id' | 'target'>[], outcome: Outcome, now: number, error: string | null): void {
      const ids = JSON.stringify(rows.map(({ id }) => id));
      const { changes } = end.run(outcome, now, error, ids, outcome);
      const [first] = rows;
      if (first !== undefined && changes > 0) count(first.target, outcome, changes);
    },
    hold: (ids: readonly number[]) => void hold.run(JSON.stringify(ids)),
    /** Everything that fires and may be spoken of, and what was over lately. */
    current(now: number): Alert[] {
      const rows = db
        .prepare(
          `SELECT body FROM delivery_alerts WHERE told = 1 AND (state = 'firing' OR (state = 'resolved' AND changed_at > ?))`,
        )
        .pluck()
        .all(now - RESOLVED_SENT_MS) as string[];
      return rows.map((body) => JSON.parse(body) as Alert);
    },
    /** A target's record; one whose `mark` (what it leads to) is another begins anew. */
    record(name: string, mark: string): TargetRecord {
      // Read first: it is asked for at every look and by health, and hardly ever written.
      const known = target.get(name) as (TargetRecord & { mark: string }) | undefined;
      if (known?.mark === mark) return known;
      saveTarget.run(name, mark);
      return target.get(name) as TargetRecord;
    },
    success: (name: string, now: number) => void well.run(now, name),
    /** `off`: why nothing more is sent to it; null: it is. */
    failure: (name: string, now: number, error: string, off: string | null) => void ill.run(now, error, off, name),
    canary(name: string, now: number): void {
      db.prepare('UPDATE delivery_targets SET canary_at = ? WHERE name = ?').run(now, name);
    },
    /** Makes a message that is over wait again; false: there is none that could. */
    retry: (id: number, now: number) =>
      db
        .prepare(
          `UPDATE deliveries SET state = 'waiting', attempts = 0, first_at = NULL, next_at = ?, done_at = NULL, batch = NULL
           WHERE id = ? AND state IN ('gave_up', 'refused', 'waiting', 'held')`,
        )
        .run(now, id).changes > 0,
    /** A page of deliveries, newest first. */
    page(wanted: { failed: boolean; target: string | null; before: number | null; limit: number }): DeliveryRow[] {
      const where = [
        wanted.failed ? `state IN ('gave_up', 'refused')` : '1',
        wanted.target === null ? '1' : 'target = @target',
        wanted.before === null ? '1' : 'id < @before',
      ];
      const rows = db.prepare(`SELECT * FROM deliveries WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT @limit`);
      return (rows.all(wanted) as StoredRow[]).map(rowOf);
    },
    one(id: number): DeliveryRow | null {
      const row = db.prepare('SELECT * FROM deliveries WHERE id = ?').get(id) as StoredRow | undefined;
      return row === undefined ? null : rowOf(row);
    },
    /** Forgets what is long over. */
    forget: together((now: number) => {
      db.prepare(`DELETE FROM deliveries WHERE NOT ${ACTIVE} AND done_at < ?`).run(now - KEPT_MS);
      db.prepare(
        `DELETE FROM deliveries WHERE NOT ${ACTIVE} AND id <= (SELECT id FROM deliveries ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      ).run(KEPT_ROWS);
      db.prepare(
        `DELETE FROM delivery_alerts WHERE state = 'resolved' AND changed_at < ?
         AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.alert = delivery_alerts.id AND ${ACTIVE})`,
      ).run(now - DAY);
    }),
  };
}

interface StoredRow extends Waiting {
  agent: string | null;
  state: never;
  done_at: number | null;
  last_error: string | null;
}

function rowOf(row: StoredRow): DeliveryRow {
  const { id, alert, rule, severity, agent, target, kind, attempts, last_error } = row;
  const state = row.state as DeliveryState;
  const isOver = state !== 'waiting' && state !== 'held';
  return {
    id,
    alert,
    rule,
    severity,
    agent,
    target,
    kind,
    state,
    attempts,
    queued_at: new Date(row.queued_at).toISOString(),
    next_at: isOver ? null : new Date(row.next_at).toISOString(),
    done_at: row.done_at === null ? null : new Date(row.done_at).toISOString(),
    digest: row.batch,
    last_error,
  };
}
