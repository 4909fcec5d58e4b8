import { RUNTIME_NAMES, type RuntimeName } from '../../protocol/index.js';
import type { DropReason } from '../facts.js';
import type { Account, ExactSum, Reconciliation, UsageKey } from './contract.js';
import type { Database } from './database.js';
import { addSum, emptySum, isSameSum } from './exact.js';
import { emptyAccount, type Files } from './files.js';
import type { Names } from './names.js';
import { sumsOf, totalOf } from './sums.js';

const TOLD_APART: readonly UsageKey[] = ['runtime', 'agent', 'session', 'model', 'day'];

/** The whole account: what was read and put, what of it counts, and whether all sums agree. */
export function reconciliationOf(db: Database, names: Names, files: Files): Reconciliation {
  const total = totalOf(db, names, {});
  const read = files.accounts();
  const tallies = talliesOf(db);
  const rows = rowsOf(db);
  const accounts = RUNTIME_NAMES.filter((name) => read.has(name) || rows.has(name)).map((runtime): Account => {
    const { offered = 0, ...dropped } = tallies.get(runtime) ?? {};
    const { counted, replicas } = rows.get(runtime) ?? { counted: 0, replicas: 0 };
    // OpenClaw's replicas mirror the rollout of another runtime.
    const giveWay: DropReason = runtime === 'openclaw' ? 'mirror' : 'replica';
    if (replicas > 0) dropped[giveWay] = (dropped[giveWay] ?? 0) + replicas;
    const of = read.get(runtime) ?? { files: 0, read: emptyAccount() };
    return { runtime, ...of, offered, dropped, counted, unpriced_models: unpricedOf(db, runtime) };
  });
  return { accounts, total, differences: [...accounts.flatMap(differenceOf), ...disagreements(db, names, total)] };
}

function differenceOf({ runtime, offered, dropped, counted }: Account): string[] {
  const gone = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  if (offered === gone + counted) return [];
  return [`${runtime}: ${offered} responses were read, ${counted} count and ${gone} were dropped`];
}

function disagreements(db: Database, names: Names, total: ExactSum): string[] {
  return TOLD_APART.flatMap((key) => {
    const sum = emptySum();
    for (const group of sumsOf(db, names, { by: [key] })) addSum(sum, group.sum);
    if (isSameSum(sum, total)) return [];
    return [
      `by ${key}: ${sum.total} tokens and ${sum.cost_pico} · 10⁻¹² USD, in all ${total.total} and ${total.cost_pico}`,
    ];
  });
}

function talliesOf(db: Database): Map<RuntimeName, Partial<Record<DropReason | 'offered', number>>> {
  const tallies = new Map<RuntimeName, Partial<Record<DropReason | 'offered', number>>>();
  const rows = db.prepare('SELECT runtime, name, count FROM usage_account WHERE count > 0').all() as {
    runtime: RuntimeName;
    name: DropReason | 'offered';
    count: number;
  }[];
  for (const { runtime, name, count } of rows) tallies.set(runtime, { ...tallies.get(runtime), [name]: count });
  return tallies;
}

function rowsOf(db: Database): Map<RuntimeName, { counted: number; replicas: number }> {
  const rows = db
    .prepare(
      `SELECT runtime, sum(counted) AS counted, sum(1 - counted) AS replicas
       FROM usage_responses AS r JOIN usage_sessions AS s ON s.id = r.session GROUP BY runtime`,
    )
    .all() as { runtime: RuntimeName; counted: number; replicas: number }[];
  return new Map(rows.map(({ runtime, ...counts }) => [runtime, counts]));
}

function unpricedOf(db: Database, runtime: RuntimeName): string[] {
  return db
    .prepare(
      `SELECT DISTINCT ifnull(model, 'unknown') FROM usage_kinds WHERE id IN (
         SELECT DISTINCT kind FROM usage_responses AS r JOIN usage_sessions AS s ON s.id = r.session
         WHERE counted = 1 AND cost_pico IS NULL AND runtime = ?) ORDER BY 1`,
    )
    .pluck()
    .all(runtime) as string[];
}
