import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Ledger, UsageQuery } from '../../../../src/runtimes/ledger/contract.js';
import { dayName, offsetsOf } from '../../../../src/runtimes/ledger/days.js';
import { openLedger } from '../../../../src/runtimes/ledger/ledger.js';
import * as fc from '../../../support/property.js';
import { flatPrices, response } from '../../../support/responses.js';
import { scratch } from '../../../support/scratch.js';

const DAY_MS = 86_400_000;

async function filled(...times: string[]): Promise<Ledger> {
  const { ledger } = await openLedger(join(scratch(), 'usage.db'), flatPrices());
  onTestFinished(() => ledger.close());
  const responses = times.map((time, index) =>
    response({ key: String(index), at: Date.parse(time), output: 10 ** index, session: `s${index % 2}` }),
  );
  ledger.put('claude-code', responses);
  return ledger;
}

const days = (ledger: Ledger, tz?: string) =>
  Object.fromEntries(ledger.sums({ by: ['day'], tz }).map(({ keys, sum }) => [keys.day, sum.output]));

describe('sums', () => {
  it('tell days apart where somebody lives, also when clocks change', async () => {
    const ledger = await filled(
      '2026-03-28T22:59:59.999Z',
      '2026-03-28T23:00:00Z',
      '2026-03-29T21:59:59.999Z',
      '2026-03-29T22:00:00Z',
      '2026-10-25T22:59:59Z',
      '2026-10-25T23:00:00Z',
    );
    expect(days(ledger)).toEqual({
      '2026-03-28': 11,
      '2026-03-29': 1100,
      '2026-10-25': 110_000,
    });
    expect(days(ledger, 'Europe/Vienna')).toEqual({
      '2026-03-28': 1,
      '2026-03-29': 110,
      '2026-03-30': 1000,
      '2026-10-25': 10_000,
      '2026-10-26': 100_000,
    });
    expect(days(ledger, 'Asia/Kathmandu')).toEqual({
      '2026-03-29': 11,
      '2026-03-30': 1100,
      '2026-10-26': 110_000,
    });
  });

  it('tell days apart before the epoch and at the end of time', async () => {
    const ledger = await filled('1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00Z', '+275760-09-12T23:00:00Z');
    expect(days(ledger)).toEqual({ '1969-12-31': 1, '1970-01-01': 10, '+275760-09-12': 100 });
    expect(Object.keys(days(ledger, 'Asia/Tokyo'))).toHaveLength(2);
  });

  it('refuse a time zone that is none, and a step that is none', async () => {
    const ledger = await filled('2026-03-28T22:59:59Z');
    expect(() => days(ledger, 'Mars/Base')).toThrow('tz: "Mars/Base" is not a time zone');
    for (const step of [0, -1, 1.5, Number.NaN]) expect(() => ledger.sums({ by: [], step })).toThrow('step: ');
  });

  it('take what is from then on and before then, by whom and with what', async () => {
    const ledger = await filled('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z');
    ledger.put('codex', [response({ key: 'x', session: 's0', model: 'gpt', output: 5, at: 0 })]);
    ledger.putSessions('claude-code', [{ id: 's0', agent: 'claude-code:a', project: 'a', rank: 1 }]);
    const total = (query: Omit<UsageQuery, 'by'>) => ledger.total(query).output;
    const [first, second] = [Date.parse('2026-01-01T00:00:00Z'), Date.parse('2026-01-02T00:00:00Z')];
    expect(total({ since: first, until: second })).toBe(1);
    expect(total({ since: second })).toBe(110);
    expect(total({ runtime: 'claude-code', session: 's0' })).toBe(101);
    expect(total({ session: 's0' })).toBe(106);
    expect(total({ agent: 'claude-code:a' })).toBe(101);
    expect(total({ model: 'gpt' })).toBe(5);
    expect(total({ model: 'none' })).toBe(0);
    expect(ledger.sums({ by: ['agent', 'project'] }).map(({ keys }) => keys)).toEqual([
      { agent: null, project: null },
      { agent: 'claude-code:a', project: 'a' },
    ]);
  });

  it('cut time into steps', async () => {
    const ledger = await filled('2026-01-01T00:10:00Z', '2026-01-01T00:50:00Z', '2026-01-01T01:00:00Z');
    const steps = ledger.sums({ by: [], step: 3_600_000 }).map(({ at, sum }) => [at, sum.output]);
    const hour = Date.parse('2026-01-01T00:00:00Z');
    expect(steps).toEqual([
      [hour, 11],
      [hour + 3_600_000, 100],
    ]);
  });

  it('are none of nothing', async () => {
    const ledger = await filled();
    expect(ledger.sums({ by: ['agent', 'day'], tz: 'Europe/Vienna' })).toEqual([]);
    expect(ledger.total()).toMatchObject({ responses: 0, cost_pico: 0n });
    expect(ledger.reconcile()).toMatchObject({ accounts: [], differences: [] });
  });
});

describe('offsets of time zones', () => {
  it('name the day that calendars name', () => {
    const zones = ['Europe/Vienna', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Casablanca'];
    const [since, until] = [Date.UTC(2024, 0), Date.UTC(2028, 0)];
    for (const timeZone of zones) {
      const offsets = offsetsOf(timeZone, since, until);
      const calendar = new Intl.DateTimeFormat('sv', { timeZone });
      fc.assert(
        fc.property(fc.integer({ min: since, max: until }), (at) => {
          const offset = offsets.findLast(({ from }) => from <= at)?.offset ?? Number.NaN;
          expect(dayName(Math.floor((at + offset) / DAY_MS))).toBe(calendar.format(at));
        }),
        { numRuns: 300 },
      );
    }
  });
});
