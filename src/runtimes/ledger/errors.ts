import type { RuntimeName } from '../../protocol/index.js';
import type { ErrorFact } from '../facts.js';
import type { ErrorQuery, LedgerError } from './contract.js';
import type { Database } from './database.js';
import { textOf } from './lines.js';
import type { Names } from './names.js';

/** Turns that ended in an error: each once, however often its line is read. */
export interface Errors {
  put(runtime: RuntimeName, errors: readonly ErrorFact[]): number;
  list(query: ErrorQuery): LedgerError[];
}

export function createErrors(db: Database, names: Names): Errors {
  const add = db.prepare('INSERT OR IGNORE INTO usage_errors VALUES (?, ?, ?, ?, ?)');
  return {
    put: (runtime, errors) =>
      errors.reduce((fresh, { session, at, code, http_status: status, resets_at: resets }) => {
        const { id } = names.session(runtime, textOf(session));
        return fresh + add.run(id, Math.trunc(at), textOf(code), status, resets).changes;
      }, 0),
    list({ runtime, session, since, until }) {
      const conditions = ['1'];
      if (runtime !== undefined) conditions.push('runtime = @runtime');
      if (session !== undefined) conditions.push('session = @session');
      if (since !== undefined) conditions.push('at >= @since');
      if (until !== undefined) conditions.push('at < @until');
      return db
        .prepare(
          `SELECT runtime, agent, session, at, code, http_status, resets_at FROM (${ONCE})
           WHERE ${conditions.join(' AND ')} ORDER BY at, session, code`,
        )
        .all({ runtime, session, since, until }) as LedgerError[];
    },
  };
}

/** A fork copies errors too: one of the same moment is the session's that comes first. SQLite takes all columns from the row of the minimum. */
const ONCE = `
  SELECT s.runtime, s.agent, s.session, e.at, e.code, e.http_status, e.resets_at, min(printf('%020.0f%s', ifnull(s.rank, 9e18), s.session))
  FROM usage_errors AS e JOIN usage_sessions AS s ON s.id = e.session GROUP BY s.runtime, e.at, e.code`;
