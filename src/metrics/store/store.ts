import type { HealthExplanation, MetricScope } from '../../protocol/index.js';
import type { Database } from './database.js';
import { metaNumber, setMeta } from './meta.js';
import { encodeValue, metricsOf } from './registry.js';
import { insertInto, insertSample, tableOf } from './schema.js';
import { floorTo, type RollupTier, ROLLUP_TIERS, TIER_MS } from './tiers.js';

/** Values of one agent or of the system in the order of `metricsOf`, in the metrics' units; null: not measured. */
export type Values = (number | null)[];

/** Totals that were counted by watching, kept over restarts. Milliseconds and pieces; null: never seen. */
export interface ObservedTotals {
  work: number;
  idle: number;
  completed: number | null;
  failed: number | null;
  sent: number | null;
  received: number | null;
  /** Counters that the agent's own files have stated, as bits (`statedBy`); null: counted by an mc that did not look. */
  stated: number | null;
}

/** What one collection found. */
export interface Collection {
  t: number;
  agents: { agent: string; values: Values }[];
  system: Values;
  observed: { agent: string; totals: ObservedTotals }[];
  /** Counters that have another source from this sample on. */
  breaks?: { agent: string; metric: string }[];
}

export interface EventRow {
  t: number;
  type: string;
  agent: string | null;
  /** JSON. */
  data: string;
}

/** A stretch of one status. `ended` null: it lasts. */
export interface IntervalRow {
  agent: string;
  began: number;
  ended: number | null;
  status: string;
}

/**
 * The writing end of the database. Every method is one transaction. Nothing is written before the first of them: so a
 * database can be opened and read while another program holds it.
 */
export interface Store {
  db: Database;
  writeCollection(collection: Collection, interval: number, health: HealthExplanation | null): void;
  writeBatch(events: readonly EventRow[], intervals: readonly IntervalRow[]): void;
  /** Totals by agent. */
  observed(): Map<string, ObservedTotals>;
  /** Marks an orderly stop and closes. */
  close(): void;
}

export function createStore(db: Database): Store {
  const keyOf = agentKeys(db);
  const writers = { agent: sampleWriter(db, 'agent'), system: sampleWriter(db, 'system') };
  const writeLast = lastWriter(db);
  const writeObserved = db.prepare(
    insertInto('observed', ['agent', 'work', 'idle', 'completed', 'failed', 'sent', 'received', 'stated']),
  );
  const writeBreak = db.prepare(insertInto('breaks', ['agent', 'metric', 't']));
  const writeEvent = db.prepare('INSERT INTO events (t, event_type, agent_id, data) VALUES (?, ?, ?, ?)');
  const writeInterval = db.prepare(insertInto('intervals', ['agent', 'began', 'ended', 'status']));
  let begun = false;
  /** The first time: intervals left open by a process that died end where it was last known to watch. */
  const begin = (t: number) => {
    setMeta(db, 'clean', 0);
    const seen = Math.min(metaNumber(db, 'last_collection') ?? 0, t);
    db.prepare('UPDATE intervals SET ended = max(began, ?) WHERE ended IS NULL').run(seen);
  };

  const collect = db.transaction(
    ({ t, agents, system, observed, breaks = [] }: Collection, interval: number, health: HealthExplanation | null) => {
      if (!begun) begin(t);
      rewind(db, t);
      for (const { agent, values } of agents) {
        writers.agent(keyOf(agent), t, values);
        writeLast(keyOf(agent), t, values);
      }
      writers.system(0, t, system);
      for (const { agent, totals: o } of observed) {
        writeObserved.run(keyOf(agent), o.work, o.idle, o.completed, o.failed, o.sent, o.received, o.stated);
      }
      for (const { agent, metric } of breaks) writeBreak.run(keyOf(agent), metric, t);
      setMeta(db, 'last_collection', t);
      setMeta(db, 'collect_interval', interval);
      if (health) setMeta(db, 'health', JSON.stringify(health));
    },
  );
  const batch = db.transaction((events: readonly EventRow[], intervals: readonly IntervalRow[]) => {
    if (!begun) begin(Math.max(0, ...events.map(({ t }) => t), ...intervals.map(({ began }) => began)));
    for (const { t, type, agent, data } of events) writeEvent.run(t, type, agent, data);
    for (const { agent, began, ended, status } of intervals) writeInterval.run(keyOf(agent), began, ended, status);
  });

  return {
    db,
    writeCollection(collection, interval, health) {
      keyOf.guard(() => collect.immediate(collection, interval, health));
      begun = true;
    },
    writeBatch(events, intervals) {
      keyOf.guard(() => batch.immediate(events, intervals));
      begun = true;
    },
    observed() {
      const rows = db.prepare('SELECT a.name, o.* FROM observed o JOIN agents a ON a.id = o.agent').all();
      return new Map((rows as (ObservedTotals & { name: string })[]).map((row) => [row.name, totalsOf(row)]));
    },
    close() {
      try {
        setMeta(db, 'clean', 1);
      } finally {
        db.close();
      }
    },
  };
}

/**
 * A sample from before what was rolled up (a clock was set back): from its bucket on they are made again, and from the
 * last bucket before it, as samples may wait that an earlier version left. What was retired while the clock was ahead is
 * gone, but from here on rows are there again.
 */
export function rewind(db: Database, t: number): void {
  for (const tier of ROLLUP_TIERS) {
    const bucket = floorTo(t, TIER_MS[tier]);
    const rolled = metaNumber(db, `rolled_${tier}`);
    if (rolled !== null && rolled <= bucket) continue;
    const last = rolled === null ? null : lastBucket(db, tier, bucket);
    setMeta(db, `rolled_${tier}`, last ?? bucket);
  }
  for (const tier of ['raw', '5m', '1h'] as const) {
    const from = tier === 'raw' ? t : floorTo(t, TIER_MS[tier]);
    if ((metaNumber(db, `retired_${tier}`) ?? from) > from) setMeta(db, `retired_${tier}`, from);
  }
}

function lastBucket(db: Database, tier: RollupTier, before: number): number | null {
  const query = `SELECT max(t) FROM ${tableOf('system', tier)} WHERE agent = 0 AND t < ?`;
  return db.prepare(query).pluck().get(before) as number | null;
}

function sampleWriter(db: Database, scope: MetricScope): (key: number, t: number, values: Values) => void {
  const metrics = metricsOf(scope);
  const insert = db.prepare(insertSample(scope, 'INSERT OR REPLACE'));
  return (key, t, values) => {
    insert.run(key, t, ...metrics.map((metric, index) => encodeValue(metric, values[index])));
  };
}

function lastWriter(db: Database): (key: number, t: number, values: Values) => void {
  const metrics = metricsOf('agent');
  const insert = db.prepare(insertInto('agent_last', ['agent', 't', ...metrics.map(({ name }) => name)]));
  return (key, t, values) => {
    insert.run(key, t, ...metrics.map((metric, index) => encodeValue(metric, values[index])));
  };
}

interface Keys {
  (name: string): number;
  /** Runs a transaction; keys that it gave out are forgotten when it is undone. */
  guard<T>(transaction: () => T): T;
}

function agentKeys(db: Database): Keys {
  const insert = db.prepare('INSERT INTO agents (name) VALUES (?)');
  const rows = db.prepare('SELECT id, name FROM agents').all() as { id: number; name: string }[];
  let keys = new Map(rows.map(({ id, name }) => [name, id]));
  const keyOf = (name: string) => {
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = Number(insert.run(name).lastInsertRowid);
    keys.set(name, key);
    return key;
  };
  const guard = <T>(transaction: () => T): T => {
    const before = new Map(keys);
    try {
      return transaction();
    } catch (error) {
      keys = before;
      throw error;
    }
  };
  return Object.assign(keyOf, { guard });
}

function totalsOf({ work, idle, completed, failed, sent, received, stated }: ObservedTotals): ObservedTotals {
  return { work, idle, completed, failed, sent, received, stated };
}
