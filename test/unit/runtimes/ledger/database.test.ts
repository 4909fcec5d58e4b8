import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isDamage } from '../../../../src/runtimes/ledger/database.js';
import { openLedger } from '../../../../src/runtimes/ledger/ledger.js';
import { flatPrices, response } from '../../../support/responses.js';
import { scratch } from '../../../support/scratch.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');

async function open(path: string, prices = flatPrices()) {
  const opened = await openLedger(path, prices, NOW);
  onTestFinished(() => opened.ledger.close());
  return opened;
}

const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) =>
    response({ key: `k${from + index}`, output: 1, session: `s${from + index}` }),
  );

describe('the database of usage', () => {
  it('is its owner’s alone, and keeps what it was told', async () => {
    const path = join(scratch(), 'deep', 'usage.db');
    const first = await open(path);
    expect(first).toMatchObject({ setAside: null, fault: null });
    first.ledger.put('codex', many(0, 10));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    first.ledger.close();
    const second = await open(path);
    expect(second.ledger.put('codex', many(5, 10))).toMatchObject({ fresh: 5, repeated: 5 });
    expect(second.ledger.total().responses).toBe(15);
  });

  it.each([
    ['no database at all', (path: string) => writeFileSync(path, 'hello '.repeat(5000)), 'damaged'],
    [
      'a database of somebody else',
      (path: string) => others(path, 'PRAGMA user_version = 1'),
      'not a database of ours',
    ],
    ['one of next year', (path: string) => others(path, 'PRAGMA user_version = 99'), 'of layout 99'],
    ['a layout that cannot be', (path: string) => others(path, 'PRAGMA user_version = -1'), 'damaged'],
    ['a directory', (path: string) => mkdirSync(path), 'a directory'],
  ])('is set aside whole where there is %s', async (_what, make, words) => {
    const directory = scratch();
    const path = join(directory, 'usage.db');
    make(path);
    const before = statSync(path).isFile() ? readFileSync(path) : null;
    const { ledger, setAside, fault } = await open(path);
    const aside = join(directory, 'usage.db.aside-20261120T120000Z');
    expect(setAside).toContain(words);
    expect(setAside).toContain(aside);
    expect(fault).toBeNull();
    if (before) expect(readFileSync(aside).equals(before)).toBe(true);
    ledger.put('codex', many(0, 3));
    expect(ledger.total().responses).toBe(3);
  });

  it('is set aside where it is damaged inside and was not closed, and a second time beside the first', async () => {
    const directory = scratch();
    const path = join(directory, 'usage.db');
    for (const _ of [1, 2]) {
      const { ledger } = await open(path);
      ledger.put('codex', many(0, 2000));
      ledger.close();
      truncateSync(path, 60_000);
      writeFileSync(`${path}-wal`, 'left behind');
      const { ledger: next, setAside } = await open(path);
      expect(setAside).toContain('damaged');
      expect(next.total().responses).toBe(0);
      next.close();
    }
    expect(readdirSync(directory).filter((name) => /aside-\d+T\d+Z(-2)?$/.test(name))).toHaveLength(2);
  });

  it('tells damage that shows later from what the system refuses', async () => {
    const path = join(scratch(), 'usage.db');
    const { ledger } = await open(path);
    const other = new Sqlite(path);
    other.exec('DROP TABLE usage_responses');
    other.close();
    const caught = (work: () => unknown): unknown => {
      try {
        return work();
      } catch (error) {
        return error;
      }
    };
    expect(isDamage(caught(() => ledger.put('codex', many(0, 1))))).toBe(true);
    expect(isDamage(new Error('disk full'))).toBe(false);
  });

  it('is in memory where none can be written, and says so', async () => {
    const { ledger, fault, setAside } = await open('/dev/null/usage.db');
    expect(fault).toContain('/dev/null/usage.db: ');
    expect(setAside).toBeNull();
    ledger.put('codex', many(0, 3));
    expect(ledger.total().responses).toBe(3);
    expect(existsSync('/dev/null/usage.db')).toBe(false);
  });

  it('may be written by two servers at once', async () => {
    const path = join(scratch(), 'usage.db');
    const [one, other] = [(await open(path)).ledger, (await open(path)).ledger];
    const fact = { agent: 'codex:a', project: 'a' };
    one.put('codex', many(0, 10));
    other.put('codex', many(5, 10));
    other.put('codex', [response({ key: 'k0', session: 'fork', output: 1 })]);
    one.putSessions('codex', [
      { id: 's0', rank: 5, ...fact },
      { id: 'fork', rank: 9, ...fact },
    ]);
    other.putSessions('codex', [{ id: 'fork', rank: 1, ...fact }]);
    one.put('codex', [response({ key: 'k1', session: 'fork', output: 1 })]);
    for (const ledger of [one, other]) {
      expect(ledger.total().responses).toBe(15);
      expect(ledger.total({ session: 'fork' }).responses).toBe(2);
      expect(ledger.reconcile().differences).toEqual([]);
    }
  });
});

describe('prices that change', () => {
  it('are those of all responses after a while, also when that is interrupted', async () => {
    const path = join(scratch(), 'usage.db');
    const { ledger } = await open(path, flatPrices(1n));
    ledger.put('codex', [...many(0, 100), response({ key: 'said', reported_pico: 1000n, output: 1 })]);
    expect(ledger.total().cost_pico).toBe(1100n);
    expect(ledger.repriceSome()).toBe(false);
    ledger.setPrices(flatPrices(2n));
    expect(ledger.repriceSome(40)).toBe(true);
    ledger.put('codex', many(100, 10));
    expect(ledger.total().cost_pico).toBe(1000n + 80n + 60n + 20n);
    ledger.close();
    const { ledger: again } = await open(path, flatPrices(2n));
    while (again.repriceSome(40));
    expect(again.total().cost_pico).toBe(1000n + 220n);
    again.close();
    const { ledger: last } = await open(path, { version: 'none', costOf: () => null });
    while (last.repriceSome(7));
    expect(last.total()).toMatchObject({ cost_pico: 0n, unpriced_responses: 111 });
  });
});

function others(path: string, sql: string): void {
  const db = new Sqlite(path);
  db.exec(`CREATE TABLE mine (a); ${sql}`);
  db.close();
}
