import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Response } from '../../../../src/runtimes/facts.js';
import type { Ledger, PutResult, SessionFact } from '../../../../src/runtimes/ledger/contract.js';
import { addSum, emptySum, usageSumOf } from '../../../../src/runtimes/ledger/exact.js';
import { openLedger } from '../../../../src/runtimes/ledger/ledger.js';
import * as fc from '../../../support/property.js';
import { flatPrices, response } from '../../../support/responses.js';
import { scratch } from '../../../support/scratch.js';

async function fresh(): Promise<Ledger> {
  const { ledger } = await openLedger(join(scratch(), 'usage.db'), flatPrices());
  onTestFinished(() => ledger.close());
  return ledger;
}

const put = (ledger: Ledger, ...responses: Partial<Response>[]): PutResult =>
  ledger.put('claude-code', responses.map(response));
const session = (id: string, rank: number): SessionFact => ({ id, rank, agent: `claude-code:${id}`, project: id });
const bySession = (ledger: Ledger) =>
  Object.fromEntries(ledger.sums({ by: ['session'] }).map(({ keys, sum }) => [keys.session, sum.output]));
/** All that can be asked, but for how often things were put. */
const everything = (ledger: Ledger) => ({
  sums: ledger.sums({ by: ['runtime', 'agent', 'session', 'model', 'day'] }),
  total: ledger.total(),
  counted: ledger.reconcile().accounts.map(({ counted, unpriced_models }) => ({ counted, unpriced_models })),
});

describe('what is put into the ledger', () => {
  it('counts the lines of a response once, by the one with the most output', async () => {
    const ledger = await fresh();
    const result = put(ledger, { output: 3, at: 1 }, { output: 90, at: 2 }, { output: 3, at: 3 });
    expect(result).toMatchObject({ fresh: 1, repeated: 2, forked: 0 });
    expect(put(ledger, { output: 5 }, { output: 91 })).toMatchObject({ fresh: 0, repeated: 2, forked: 0 });
    expect(ledger.total()).toMatchObject({ responses: 1, output: 91, total: 91, cost_pico: 91n });
  });

  it('tells runtimes apart that use one key', async () => {
    const ledger = await fresh();
    put(ledger, { output: 1 });
    ledger.put('codex', [response({ output: 2 })]);
    expect(ledger.total()).toMatchObject({ responses: 2, output: 3 });
    expect(ledger.total({ runtime: 'codex' })).toMatchObject({ responses: 1, output: 2 });
  });

  it('gives a copy to the session that comes first, whatever it learns first', async () => {
    const ledger = await fresh();
    put(ledger, { session: 'later', output: 7 });
    ledger.putSessions('claude-code', [session('later', 200)]);
    expect(put(ledger, { session: 'original', output: 7 })).toMatchObject({ fresh: 0, repeated: 0, forked: 1 });
    // Nothing is known of when it ended: it waits behind those that are known.
    expect(bySession(ledger)).toEqual({ later: 7 });
    const moved = ledger.putSessions('claude-code', [session('original', 100)]);
    expect(bySession(ledger)).toEqual({ original: 7 });
    expect(moved.map(({ session: id, delta }) => [id, delta.responses, delta.output])).toEqual([
      ['later', -1, -7],
      ['original', 1, 7],
    ]);
    expect(put(ledger, { session: 'later', output: 7 })).toMatchObject({ repeated: 1, forked: 0, deltas: [] });
    expect(ledger.total()).toMatchObject({ responses: 1, output: 7 });
  });

  it('lets a response move with the ranks of all that have it', async () => {
    const ledger = await fresh();
    put(ledger, { session: 'a', output: 1 }, { session: 'b', output: 1 }, { session: 'c', output: 1 });
    put(ledger, { session: 'b', key: 'own', output: 10 });
    const rank = (id: string, rank: number) => ledger.putSessions('claude-code', [session(id, rank)]);
    rank('a', 1);
    rank('b', 2);
    rank('c', 3);
    expect(bySession(ledger)).toEqual({ a: 1, b: 10 });
    rank('a', 9);
    expect(bySession(ledger)).toEqual({ b: 11 });
    rank('b', 4);
    expect(bySession(ledger)).toEqual({ b: 10, c: 1 });
    rank('a', 3);
    expect(bySession(ledger)).toEqual({ a: 1, b: 10 });
  });

  it('counts a replica only while there is nothing that it repeats', async () => {
    const ledger = await fresh();
    put(ledger, { key: 'copy', alias: 'm', replica: true, session: 'aside', output: 5 });
    put(ledger, { key: 'copy 2', alias: 'm', replica: true, session: 'aside', output: 5 });
    put(ledger, { key: 'alone', alias: 'x', replica: true, output: 100 });
    expect(ledger.total()).toMatchObject({ responses: 3, output: 110 });
    const { deltas } = put(ledger, { key: 'original', alias: 'm', session: 's', output: 5 });
    expect(deltas.map(({ session: id, delta }) => `${id} ${delta.responses} ${delta.output}`).toSorted()).toEqual([
      'aside -2 -10',
      's 1 5',
    ]);
    expect(ledger.total()).toMatchObject({ responses: 2, output: 105 });
    expect(put(ledger, { key: 'copy 3', alias: 'm', replica: true, output: 5 }).deltas).toEqual([]);
    expect(ledger.reconcile()).toMatchObject({ accounts: [{ offered: 5, counted: 2, dropped: { replica: 3 } }] });
    expect(ledger.reconcile().differences).toEqual([]);
  });

  it('counts two that are no replicas, though they have one alias', async () => {
    const ledger = await fresh();
    put(ledger, { key: 'a', alias: 'thread', output: 1 }, { key: 'b', alias: 'thread', output: 2 });
    expect(ledger.total()).toMatchObject({ responses: 2, output: 3 });
  });

  it('prices what has a price, and says what has none', async () => {
    const ledger = await fresh();
    put(ledger, { key: 'a', input: 1, output: 2 }, { key: 'b', model: 'free', input: 40 });
    put(ledger, { key: 'c', reported_pico: 10n ** 15n, output: 7 });
    const total = ledger.total();
    expect(total).toMatchObject({ cost_pico: 10n ** 15n + 3n, reported_pico: 10n ** 15n });
    expect(total).toMatchObject({ unpriced_responses: 1, unpriced_tokens: 40 });
    expect(usageSumOf(total)).toMatchObject({ cost_usd: '1000.000000000003', unpriced_tokens: 40 });
    expect(ledger.reconcile().accounts[0]?.unpriced_models).toEqual(['free']);
  });

  it('adds up costs that no number of 64 bits holds', async () => {
    const ledger = await fresh();
    const much = 2n ** 62n - 1n;
    put(ledger, ...['a', 'b', 'c', 'd'].map((key) => ({ key, reported_pico: much })));
    expect(ledger.total().cost_pico).toBe(4n * much);
    expect(ledger.sums({ by: ['model', 'day'] })[0]?.sum.reported_pico).toBe(4n * much);
  });

  it('takes what cannot be true for nothing', async () => {
    const ledger = await fresh();
    const odd = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e11, 2 ** 60];
    put(ledger, ...odd.map((count, index) => ({ key: `k${index}`, input: count, output: 1, at: count * 1e15 })));
    put(ledger, { key: 'cost', reported_pico: 2n ** 80n, output: 1 }, { key: 'below', reported_pico: -5n, output: 1 });
    expect(ledger.total()).toMatchObject({ responses: 8, input: 0, output: 8, cost_pico: 8n });
    expect(ledger.reconcile().differences).toEqual([]);
  });

  it('takes any text for a name', async () => {
    const ledger = await fresh();
    const texts = ['', '\u0000', 'a\nb', '\ud800', '😀', 'x'.repeat(10_000), "'; DROP TABLE usage_responses; --"];
    for (const text of texts) {
      put(ledger, { key: text, alias: text, session: text, model: text, provider: text, tier: text, region: text });
      put(ledger, { key: text, alias: text, session: text, model: text, provider: text, tier: text, region: text });
      ledger.putSessions('claude-code', [{ id: text, agent: 'claude-code:x', project: null, rank: Number.NaN }]);
    }
    expect(ledger.total().responses).toBe(texts.length);
    expect(ledger.sums({ by: ['agent'] })).toMatchObject([{ keys: { agent: 'claude-code:x' } }]);
  });

  it('says how much each session and model changed', async () => {
    const ledger = await fresh();
    ledger.putSessions('claude-code', [session('s', 1)]);
    const first = put(ledger, { key: 'a', output: 2 }, { key: 'b', output: 3 }, { key: 'c', model: 'free', output: 4 });
    expect(first.deltas).toMatchObject([
      { runtime: 'claude-code', session: 's', agent: 'claude-code:s', model: 'claude-opus-4-6' },
      { model: 'free', delta: { responses: 1, output: 4, cost_pico: 0n, unpriced_tokens: 4 } },
    ]);
    expect(first.deltas[0]?.delta).toMatchObject({ responses: 2, output: 5, total: 5, cost_pico: 5n });
    expect(put(ledger, { key: 'a', output: 10 }).deltas).toMatchObject([{ delta: { responses: 0, output: 8 } }]);
    expect(put(ledger, { key: 'a', output: 10 }).deltas).toEqual([]);
  });

  it('gives no agent to a directory in a batch that fails', async () => {
    const ledger = await fresh();
    const { projects } = ledger;
    const broken = () =>
      ledger.inOne(() => {
        projects.keep('codex', '/a', 'codex:a');
        expect(projects.idOf('codex', '/a')).toBe('codex:a');
        throw new Error('no room');
      });
    expect(broken).toThrow('no room');
    expect(projects.idOf('codex', '/a')).toBeNull();
  });

  it('keeps nothing of a batch that fails, in memory neither', async () => {
    const ledger = await fresh();
    const broken = () =>
      ledger.inOne(() => {
        put(ledger, { output: 1, session: 'new', model: 'new' });
        throw new Error('no room');
      });
    expect(broken).toThrow('no room');
    expect(ledger.total().responses).toBe(0);
    put(ledger, { output: 1, session: 'new', model: 'new' });
    expect(ledger.sums({ by: ['session', 'model'] })).toMatchObject([{ keys: { session: 'new', model: 'new' } }]);
  });
});

describe('any order of any lines', () => {
  const line = fc.record({
    key: fc.constantFrom('k1', 'k2', 'k3', 'k4'),
    session: fc.constantFrom('s1', 's2', 's3'),
    output: fc.integer({ min: 0, max: 3 }),
    input: fc.integer({ min: 0, max: 2 }),
    at: fc.constantFrom(0, 1, 86_400_000),
    model: fc.constantFrom('m', 'free', null),
    tier: fc.constantFrom('standard', 'fast'),
    reported_pico: fc.constantFrom(null, 5n),
  });
  // What a form says of a key is always the same.
  const whole = line.map((of): Response => {
    const replica = of.key === 'k1' || of.key === 'k2';
    const alias = of.key === 'k4' ? null : of.key === 'k2' ? 'other' : 'alias';
    return response({ ...of, replica, alias });
  });
  const fact = fc.record({
    id: fc.constantFrom('s1', 's2', 's3'),
    agent: fc.constant('claude-code:a'),
    project: fc.constant('a'),
    rank: fc.integer({ min: 0, max: 3 }),
  });
  const step = fc.oneof(fc.array(whole, { maxLength: 4 }), fact);

  const perform = (ledger: Ledger, steps: (Response[] | SessionFact)[]) => {
    const sum = emptySum();
    for (const one of steps) {
      const deltas = Array.isArray(one)
        ? ledger.put('claude-code', one).deltas
        : ledger.putSessions('claude-code', [one]);
      for (const { delta } of deltas) addSum(sum, delta);
    }
    return sum;
  };

  it('gives the same, and twice the same changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.infiniteStream(fc.nat()), async (steps, numbers) => {
        // What is known of sessions last is what holds: only responses are shuffled.
        const responses = steps.flatMap((one) => (Array.isArray(one) ? one : []));
        const facts = steps.flatMap((one) => (Array.isArray(one) ? [] : [one]));
        const shuffled = responses
          .map((one) => ({ one, by: numbers.next().value ?? 0 }))
          .sort((a, b) => a.by - b.by)
          .map(({ one }) => [one]);
        const open = () => openLedger('/dev/null/usage.db', flatPrices()).then(({ ledger }) => ledger);
        const [one, other] = [await open(), await open()];
        try {
          const sum = perform(one, steps);
          expect(sum).toEqual(one.total());
          perform(other, [...facts, ...shuffled]);
          expect(everything(other)).toEqual(everything(one));
          const before = everything(one);
          expect(perform(one, steps.filter(Array.isArray))).toEqual(emptySum());
          expect(everything(one)).toEqual(before);
          expect(one.reconcile().differences).toEqual([]);
          expect(other.reconcile().differences).toEqual([]);
        } finally {
          one.close();
          other.close();
        }
      }),
      { numRuns: 200 },
    );
  });
});
