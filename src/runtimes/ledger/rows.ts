import type { Cost, Priced } from '../prices/rates.js';
import type { Database } from './database.js';
import { aliasIn, keysBeside, type Names } from './names.js';

/** A response as it lies in the database. */
export interface Row {
  id: number;
  session: number;
  kind: number;
  response: Priced;
  cost: Cost | null;
  replica: boolean;
  /** False: a replica that gives way. */
  counted: boolean;
}

export type NewRow = Omit<Row, 'id'> & { key: Buffer };

/** The statements that read and write responses. */
export interface Rows {
  /** False: there is one with that key. */
  add(row: NewRow): boolean;
  byKey(key: Buffer): Row | null;
  byId(id: number): Row | null;
  /** Those behind an id, in order. */
  after(id: number, limit: number): Row[];
  /** All but its key. */
  change(row: Row): void;
  /** The replicas among the responses that have the alias of this one. */
  replicasBeside(key: Buffer): Row[];
  /** Whether one that is no replica has that alias. */
  hasOriginalBeside(key: Buffer): boolean;
  forget(): void;
}

/** SQLite's integers have 64 bits, JavaScript's numbers 53: a cost is read in two parts. */
export const PART = 1_000_000_000;

const COUNTS = 'input, output, cache_read, cache_write_5m, cache_write_1h, reasoning, web_searches';
const SELECT = `SELECT id, at, session, kind, ${COUNTS}, cost_pico / ${PART} AS cost_high, cost_pico % ${PART} AS cost_low, basis, replica, counted FROM usage_responses`;

export function createRows(db: Database, names: Names): Rows {
  const add = db.prepare(
    `INSERT INTO usage_responses (key, at, session, kind, ${COUNTS}, cost_pico, basis, replica, counted)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
  );
  const change = db.prepare(
    `UPDATE usage_responses SET at = ?, session = ?, kind = ?, input = ?, output = ?, cache_read = ?, cache_write_5m = ?,
     cache_write_1h = ?, reasoning = ?, web_searches = ?, cost_pico = ?, basis = ?, replica = ?, counted = ? WHERE id = ?`,
  );
  const byKey = db.prepare(`${SELECT} WHERE key = ?`);
  const byId = db.prepare(`${SELECT} WHERE id = ?`);
  const after = db.prepare(`${SELECT} WHERE id > ? ORDER BY id LIMIT ?`);
  const original = db.prepare('SELECT 1 FROM usage_responses WHERE key BETWEEN ? AND ? AND replica = 0 LIMIT 1');
  const replicas = db.prepare(`${SELECT} WHERE key BETWEEN ? AND ? AND replica = 1`);
  const allReplicas = db.prepare('SELECT key FROM usage_responses WHERE replica = 1').pluck();
  /** The aliases of replicas: there are few, and each response asks. */
  let aliases: Set<string> | null = null;
  const knownAliases = () => (aliases ??= new Set((allReplicas.all() as Buffer[]).map(aliasIn)));
  const rowOf = (stored: unknown): Row => fromStored(stored as Stored, names);
  return {
    add(row) {
      if (add.run(row.key, ...valuesOf(row)).changes === 0) return false;
      if (row.replica) knownAliases().add(aliasIn(row.key));
      return true;
    },
    byKey(key) {
      const stored = byKey.get(key);
      return stored === undefined ? null : rowOf(stored);
    },
    byId(id) {
      const stored = byId.get(id);
      return stored === undefined ? null : rowOf(stored);
    },
    after: (id, limit) => after.all(id, limit).map(rowOf),
    change: (row) => void change.run(...valuesOf(row), row.id),
    replicasBeside: (key) => (knownAliases().has(aliasIn(key)) ? replicas.all(...keysBeside(key)).map(rowOf) : []),
    hasOriginalBeside: (key) => original.get(...keysBeside(key)) !== undefined,
    forget() {
      aliases = null;
    },
  };
}

interface Stored {
  id: number;
  at: number;
  session: number;
  kind: number;
  input: number;
  output: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
  reasoning: number;
  web_searches: number;
  cost_high: number | null;
  cost_low: number | null;
  basis: Cost['basis'] | null;
  replica: number;
  counted: number;
}

function valuesOf({ session, kind, response: r, cost, replica, counted }: Omit<Row, 'id'>): unknown[] {
  const counts = [r.input, r.output, r.cache_read, r.cache_write_5m, r.cache_write_1h, r.reasoning, r.web_searches];
  return [r.at, session, kind, ...counts, cost?.pico ?? null, cost?.basis ?? null, Number(replica), Number(counted)];
}

function fromStored(stored: Stored, names: Names): Row {
  const { id, session, kind } = stored;
  const { model, provider, tier, region } = names.kindOf(kind);
  const cost =
    stored.cost_high === null || stored.basis === null
      ? null
      : { pico: picoOf(stored.cost_high, stored.cost_low ?? 0), basis: stored.basis };
  return {
    id,
    session,
    kind,
    response: {
      at: stored.at,
      model,
      provider,
      tier,
      region,
      input: stored.input,
      output: stored.output,
      cache_read: stored.cache_read,
      cache_write_5m: stored.cache_write_5m,
      cache_write_1h: stored.cache_write_1h,
      reasoning: stored.reasoning,
      web_searches: stored.web_searches,
      reported_pico: cost?.basis === 'reported' ? cost.pico : null,
    },
    cost,
    replica: stored.replica === 1,
    counted: stored.counted === 1,
  };
}

/** The two parts of a cost, or of a sum of costs, as one. */
export function picoOf(high: number, low: number): bigint {
  return BigInt(high) * BigInt(PART) + BigInt(low);
}
