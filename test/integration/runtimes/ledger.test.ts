import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UsageSum } from '../../../src/protocol/index.js';
import { beginEngine } from '../../../src/runtimes/engine/begin.js';
import type { Ledger, UsageKey } from '../../../src/runtimes/ledger/contract.js';
import { usageSumOf } from '../../../src/runtimes/ledger/exact.js';
import { openLedger } from '../../../src/runtimes/ledger/ledger.js';
import { openPrices } from '../../../src/runtimes/prices/prices.js';
import { type Home, makeHome } from '../../support/homes.js';
import { setupOf } from '../../support/runtimes.js';

const seeds = (process.env.MC_TEST_HOMES ?? '1,2,3,4,5').split(',').map(Number);

describe.each(seeds)('the ledger of a home made by seed %i', (seed) => {
  const directory = mkdtempSync(join(tmpdir(), 'mc-test-'));
  let home: Home;
  let path: string;
  let ledger: Ledger;

  const sums = (...by: UsageKey[]) =>
    Object.fromEntries(
      ledger.sums({ by }).map(({ keys, sum }) => [by.map((key) => keys[key]).join('/'), usageSumOf(sum)]),
    );

  beforeAll(async () => {
    home = makeHome(seed, join(directory, 'made'));
    const setup = setupOf(home, join(directory, 'data'));
    path = setup.database;
    const engine = await beginEngine(setup);
    while ((await engine.look({ now: home.now })).more);
    engine.close();
    const prices = await openPrices(setup.prices);
    ({ ledger } = await openLedger(path, prices.table));
  });

  afterAll(() => {
    ledger.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('counts and prices everything as expected, however it is told apart', () => {
    const { expected } = home;
    expect(usageSumOf(ledger.total())).toEqual(expected.total);
    expect(sums('runtime')).toEqual(expected.by_runtime);
    expect(sums('agent')).toEqual(expected.by_agent);
    expect(sums('agent', 'session')).toEqual(expected.by_session);
    expect(sums('model')).toEqual(expected.by_model);
    expect(sums('day')).toEqual(expected.by_day);
  });

  it('has exactly one response for each that is there for a trap of its own', () => {
    const counted = responsesIn(path);
    const traps = Object.entries(home.expected.by_trap as Record<string, UsageSum>);
    const single = traps.filter(([, { responses }]) => responses === 1);
    expect(single.length).toBeGreaterThan(10);
    for (const [trap, { cost_usd, ...sum }] of single) {
      const found = counted.filter(
        ({ total, input, output, cost_pico: cost }) =>
          total === sum.total && input === sum.input && output === sum.output && (cost ?? 0) === pico(cost_usd),
      );
      expect(found, trap).toHaveLength(1);
    }
  });

  it('has every error once, and whose it is', () => {
    const name = ({ runtime, agent, session, at, code }: Record<string, unknown>) =>
      [runtime, agent, session, at, code].join(' ');
    const found = ledger.errors({}).map((error) => name({ ...error, at: new Date(error.at).toISOString() }));
    expect(found.toSorted()).toEqual(home.expected.errors.map(name).toSorted());
  });

  it('has an account that adds up', () => {
    const { accounts, differences } = ledger.reconcile();
    expect(differences).toEqual([]);
    expect(accounts.map(({ runtime, counted }) => [runtime, counted])).toEqual(
      Object.entries(home.expected.by_runtime as Record<string, UsageSum>).map(([name, sum]) => [name, sum.responses]),
    );
    expect(accounts.flatMap(({ unpriced_models }) => unpriced_models).sort()).toEqual([
      'acme-secret-9',
      'codex-auto-review',
      'mystery-7b',
    ]);
  });

  it('holds nothing that must not leave the records', () => {
    const db = new Sqlite(path, { readonly: true });
    const bytes = db.serialize();
    db.close();
    for (const text of home.expected.never_in_any_output) expect(bytes.includes(text)).toBe(false);
  });
});

function responsesIn(path: string): { total: number; input: number; output: number; cost_pico: number | null }[] {
  const db = new Sqlite(path, { readonly: true });
  const total = 'input + output + cache_read + cache_write_5m + cache_write_1h AS total';
  const rows = db.prepare(`SELECT ${total}, input, output, cost_pico FROM usage_responses WHERE counted = 1`).all();
  db.close();
  return rows as ReturnType<typeof responsesIn>;
}

function pico(usd: string): number {
  return Number(usd.replace('.', ''));
}
