import type { Cost, Priced, PriceTable } from '../prices/rates.js';
import type { Database } from './database.js';
import { costThatFits } from './lines.js';
import type { Rows } from './rows.js';

/** Prices that change: what was put under others is priced anew, some at a time, also after a restart in between. */
export interface Repricing {
  /** By the prices of now. */
  costOf(response: Priced): Cost | null;
  set(table: PriceTable): void;
  /** True: there are more. */
  some(limit: number): boolean;
}

export function createRepricing(db: Database, rows: Rows, first: PriceTable): Repricing {
  const get = db.prepare('SELECT value FROM usage_meta WHERE name = ?').pluck();
  const keep = db.prepare('INSERT OR REPLACE INTO usage_meta VALUES (?, ?)');
  const last = db.prepare('SELECT ifnull(max(id), 0) FROM usage_responses').pluck();
  const change = db.prepare('UPDATE usage_responses SET cost_pico = ?, basis = ? WHERE id = ?');
  let table = first;
  const set = (next: PriceTable) => {
    table = next;
    if (get.get('prices') === next.version) return;
    keep.run('prices', next.version);
    // What comes from now on is behind the last one, and has the new prices already.
    keep.run('reprice_until', last.get());
    keep.run('repriced', 0);
  };
  set(first);
  return {
    costOf: (response) => table.costOf(response),
    set,
    some(limit) {
      const until = Number(get.get('reprice_until') ?? 0);
      const done = Number(get.get('repriced') ?? 0);
      if (done >= until) return false;
      const some = rows.after(done, limit);
      for (const { id, response, cost: before } of some) {
        const cost = costThatFits(table.costOf(response));
        if (cost?.pico !== before?.pico || cost?.basis !== before?.basis) {
          change.run(cost?.pico ?? null, cost?.basis ?? null, id);
        }
      }
      const reached = some.at(-1)?.id ?? until;
      keep.run('repriced', reached);
      return reached < until;
    },
  };
}
