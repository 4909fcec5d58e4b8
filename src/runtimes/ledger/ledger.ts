import { McError } from '../../base/index.js';
import type { RuntimeName } from '../../protocol/index.js';
import type { Response } from '../facts.js';
import type { PriceTable } from '../prices/rates.js';
import type { Ledger } from './contract.js';
import { type Database, type OpenedDatabase, openDatabase } from './database.js';
import { createErrors } from './errors.js';
import { createFiles } from './files.js';
import { createNames } from './names.js';
import { createOwners } from './owners.js';
import { createProjectBook } from './projects.js';
import { putResponses, putSessionFacts } from './put.js';
import { reconciliationOf } from './reconcile.js';
import { createRepricing } from './reprice.js';
import { createRows } from './rows.js';
import { sumsOf, totalOf } from './sums.js';

const REPRICED_AT_ONCE = 2000;

export interface OpenedLedger extends Omit<OpenedDatabase, 'db'> {
  ledger: Ledger;
}

/**
 * Opens the ledger of usage, or begins it. What is there and cannot be used is set aside; where nothing can be written it is
 * kept in memory.
 * @param path `usage.db` in the user's data directory
 */
export async function openLedger(path: string, prices: PriceTable, now: number = Date.now()): Promise<OpenedLedger> {
  const { db, ...opened } = await openDatabase(path, now);
  return { ledger: createLedger(db, prices), ...opened };
}

function createLedger(db: Database, prices: PriceTable): Ledger {
  const names = createNames(db);
  const owners = createOwners(db, names);
  const rows = createRows(db, names);
  const files = createFiles(db);
  const projects = createProjectBook(db);
  const errors = createErrors(db, names);
  const tally = db.prepare(
    'INSERT INTO usage_account VALUES (?, ?, ?) ON CONFLICT (runtime, name) DO UPDATE SET count = count + excluded.count',
  );
  const forget = () => {
    names.forget();
    owners.forget();
    rows.forget();
    projects.forget();
  };
  const transaction = db.transaction((work: () => unknown) => work());
  let dataVersion: unknown;
  /** What is remembered holds until another process writes, or until a transaction is undone. */
  const refresh = () => {
    const now = db.pragma('data_version', { simple: true });
    if (now !== dataVersion) forget();
    dataVersion = now;
  };
  const inOne = <T>(work: () => T): T => {
    if (db.inTransaction) return work();
    try {
      return transaction.immediate(() => {
        refresh();
        return work();
      }) as T;
    } catch (error) {
      forget();
      throw error;
    }
  };
  const repricing = inOne(() => createRepricing(db, rows, prices));
  const counter = {
    names,
    owners,
    rows,
    costOf: (response: Response) => repricing.costOf(response),
    tally: (runtime: RuntimeName, name: string, count: number) => void (count > 0 && tally.run(runtime, name, count)),
  };
  /** All questions of one answer see the same database. */
  const looking = <T>(work: () => T): T => {
    if (db.inTransaction) return work();
    return db.transaction(() => {
      refresh();
      return work();
    })();
  };
  return {
    inOne,
    put: (runtime, responses, repeat = 'repeat') => inOne(() => putResponses(counter, runtime, responses, repeat)),
    putSessions: (runtime, sessions) => inOne(() => putSessionFacts(counter, runtime, sessions)),
    putErrors: (runtime, found) => inOne(() => errors.put(runtime, found)),
    errors: (query) => looking(() => errors.list(query)),
    file: (runtime, path) => files.get(runtime, path),
    putFile: (runtime, path, record) => inOne(() => files.put(runtime, path, record)),
    forgetFile: (runtime, path) => inOne(() => files.forget(runtime, path)),
    projects,
    sums(query) {
      const { step } = query;
      if (step !== undefined && !(Number.isSafeInteger(step) && step > 0)) {
        throw new McError('input.invalid', `step: ${step} is not a length of time`, { hint: 'pass one like 1h or 1d' });
      }
      return looking(() => sumsOf(db, names, query));
    },
    total: (query = {}) => looking(() => totalOf(db, names, query)),
    reconcile: () => looking(() => reconciliationOf(db, names, files)),
    setPrices: (table) => inOne(() => repricing.set(table)),
    repriceSome: (limit = REPRICED_AT_ONCE) => inOne(() => repricing.some(limit)),
    close: () => void db.close(),
  };
}
