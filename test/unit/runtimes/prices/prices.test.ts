import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPrices, loadBundledPrices } from '../../../../src/runtimes/prices/bundle.js';
import { openPrices } from '../../../../src/runtimes/prices/prices.js';
import { priced } from '../../../support/responses.js';

const USD = 10n ** 12n;
const MILLION = 1_000_000;

describe('the bundled prices', () => {
  let bundle: BundledPrices;
  beforeAll(async () => {
    bundle = await loadBundledPrices();
  });
  const of = (response: Parameters<typeof priced>[0]) => bundle.costOf(priced({ input: 1000, ...response }));

  it('knows models by their names, dated names, and what gateways make of them', () => {
    for (const model of [
      'claude-haiku-4-5',
      'claude-haiku-4-5-20251001',
      'claude-haiku-4-5@20251001',
      'anthropic/claude-haiku-4-5',
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      'claude-haiku-4-5[1m]',
    ]) {
      expect(of({ model }), model).toBe(1_000_000_000n);
    }
    expect(of({ model: 'gpt-5.3-codex', provider: 'openai-codex' })).toBe(1_750_000_000n);
    // The table spells this name out as one of gpt-5's.
    expect(of({ model: 'gpt-5-codex' })).toBe(of({ model: 'gpt-5' }));
  });

  it('prices one-hour writes and searches, and steps for the whole response', () => {
    expect(of({ model: 'claude-haiku-4-5', input: 0, cache_write_1h: MILLION, web_searches: 1 })).toBe(
      2n * USD + USD / 100n,
    );
    const model = 'claude-sonnet-4-5-20250929';
    expect(of({ model, input: 100_000, cache_read: 100_000 })).toBe(330_000_000_000n);
    expect(of({ model, input: 100_001, cache_read: 100_000 })).toBe(660_006_000_000n);
  });

  it('goes by the day of the response', () => {
    const before = of({ model: 'claude-opus-4-6', input: 300_000, at: Date.parse('2026-02-10T00:00:00Z') });
    const now = of({ model: 'claude-opus-4-6', input: 300_000 });
    expect([before, now]).toEqual([3n * USD, (3n * USD) / 2n]);
  });

  it('never guesses', () => {
    expect(of({ model: 'claude-sonnet-5-9' })).toBeNull();
    expect(of({ model: 'claude-opus-4-6-fast' })).toBeNull();
    expect(of({ model: 'acme-secret-9' })).toBeNull();
    expect(of({ model: 'codex-auto-review' })).toBeNull();
    expect(of({ model: null })).toBeNull();
    expect(of({ model: 'claude-haiku-4-5', provider: 'ollama' })).toBeNull();
    expect(of({ model: 'claude-haiku-4-5', tier: 'fast' })).toBeNull();
    expect(of({ model: 'claude-haiku-4-5', tier: 'batch' })).toBeNull();
    expect(of({ model: 'claude-haiku-4-5', region: 'us' })).toBeNull();
    expect(of({ model: 'gpt-5', cache_write_1h: 1 })).toBeNull();
  });
});

describe('prices', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mc-test-'));
  const path = join(directory, 'prices.json');
  afterEach(() => rmSync(path, { force: true }));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const write = (...models: object[]) => writeFileSync(path, JSON.stringify({ version: 1, models }));
  const haiku = priced({ model: 'claude-haiku-4-5', input: MILLION });

  it('takes what is reported before the file, and the file before the bundle', async () => {
    write({ match: 'claude-haiku-4-5', input: 7 });
    const { table } = await openPrices({ path });
    expect(table.costOf(haiku)).toEqual({ pico: 7n * USD, basis: 'file' });
    expect(table.costOf({ ...haiku, reported_pico: 5n })).toEqual({ pico: 5n, basis: 'reported' });
    expect(table.costOf({ ...haiku, model: 'claude-sonnet-4-6' })).toEqual({ pico: 3n * USD, basis: 'bundle' });
    // The file speaks of it, and has no price for it: so there is none.
    expect(table.costOf({ ...haiku, output: 1 })).toBeNull();
  });

  it('does without a file, and reads it when it comes, changes and goes', async () => {
    const prices = await openPrices({ path });
    const versions = [prices.table.version];
    expect(prices.fault).toBeNull();
    expect(prices.table.costOf(haiku)).toEqual({ pico: 1n * USD, basis: 'bundle' });
    write({ match: 'claude-haiku-4-5', input: 7 });
    expect(await prices.refresh()).toBe(true);
    versions.push(prices.table.version);
    expect(await prices.refresh()).toBe(false);
    expect(prices.table.costOf(haiku)?.pico).toBe(7n * USD);
    write({ match: 'claude-haiku-4-5', input: 8 });
    expect(await prices.refresh()).toBe(true);
    versions.push(prices.table.version);
    rmSync(path);
    expect(await prices.refresh()).toBe(true);
    expect(prices.table.version).toBe(versions[0]);
    expect(new Set(versions).size).toBe(3);
  });

  it('keeps the last good file while it is broken, and says what is wrong until it is mended', async () => {
    write({ match: 'claude-haiku-4-5', input: 7 });
    const prices = await openPrices({ path });
    writeFileSync(path, '{"version":1,"models":[{"match":"m","input":"x"}]}');
    expect(await prices.refresh()).toBe(false);
    expect(prices.fault?.message).toContain('models[0] (m): input: "x"');
    expect(await prices.refresh()).toBe(false);
    expect(prices.table.costOf(haiku)?.pico).toBe(7n * USD);
    expect(prices.fault).not.toBeNull();
    write({ match: 'claude-haiku-4-5', input: 7 });
    await prices.refresh();
    expect(prices.fault).toBeNull();
  });

  it('says that a file is missing that somebody named', async () => {
    const prices = await openPrices({ path, named: true });
    expect(prices.fault?.message).toBe(`${path}: there is no such file`);
    expect(prices.table.costOf(haiku)?.basis).toBe('bundle');
  });

  it('forgets what kept it from reading a file once that can be read', async () => {
    write({ match: 'claude-haiku-4-5', input: 7 });
    const prices = await openPrices({ path, named: true });
    renameSync(path, `${path}.old`);
    expect(await prices.refresh()).toBe(false);
    expect(prices.fault?.message).toContain('there is no such file');
    renameSync(`${path}.old`, path);
    expect(await prices.refresh()).toBe(false);
    expect(prices.fault).toBeNull();
    expect(prices.table.costOf(haiku)?.pico).toBe(7n * USD);
  });

  it('says that what lies there is not a file', async () => {
    expect((await openPrices({ path: directory })).fault?.message).toContain('is a directory');
  });
});
