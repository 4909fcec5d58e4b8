import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TokenCounts } from '../../../../src/protocol/index.js';
import { outsideTranscript } from '../../../../src/runtimes/engine/outside.js';
import type { Response } from '../../../../src/runtimes/facts.js';
import { type Home, makeHome } from '../../../support/homes.js';
import { type Reading, readClaude } from './reading.js';

const COUNTS = [
  'responses',
  'input',
  'output',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'reasoning',
  'total',
  'web_searches',
];

/** `expected` without what prices make of it, and only of this runtime. */
function tokensOf(expected: Record<string, Record<string, unknown>>, mine: (key: string) => boolean) {
  const entries = Object.entries(expected).filter(([key]) => mine(key));
  return Object.fromEntries(
    entries.map(([key, sum]) => [key, Object.fromEntries(COUNTS.map((count) => [count, sum[count]]))]),
  );
}

function sums(responses: Response[], keyOf: (response: Response) => string) {
  const by: Record<string, Record<string, number>> = {};
  for (const response of responses) {
    const write = response.cache_write_5m + response.cache_write_1h;
    const counts: Record<string, number> = {
      ...response,
      responses: 1,
      cache_write: write,
      total: response.input + response.output + response.cache_read + write,
    } as never;
    const sum = (by[keyOf(response)] ??= Object.fromEntries(COUNTS.map((count) => [count, 0])));
    for (const count of COUNTS) sum[count] = (sum[count] ?? 0) + (counts[count] ?? 0);
  }
  return by;
}

const seeds = (process.env.MC_TEST_HOMES ?? '1,2,3,4,5').split(',').map(Number);

describe.each(seeds)('a home of Claude Code, made by seed %i', (seed) => {
  const directory = mkdtempSync(join(tmpdir(), 'mc-test-'));
  let home: Home;
  let reading: Reading;
  let agentOf: Map<string, string>;

  beforeAll(() => {
    home = makeHome(seed, directory);
    reading = readClaude(home);
    agentOf = new Map(
      reading.sessions.map(({ session }) => [session.id, `claude-code:${session.cwdRaw?.split('/').at(-1)}`]),
    );
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('counts every response once', () => {
    const { by_runtime, by_agent, by_session, by_model } = home.expected;
    const mine = (key: string) => key.startsWith('claude-code');
    const { responses } = reading;
    const agent = ({ session }: Response) => agentOf.get(session) ?? session;
    expect(sums(responses, () => 'claude-code')).toEqual(tokensOf(by_runtime, mine));
    expect(sums(responses, agent)).toEqual(tokensOf(by_agent, mine));
    expect(sums(responses, (each) => `${agent(each)}/${each.session}`)).toEqual(tokensOf(by_session, mine));
    const claude = (key: string) => key.startsWith('claude') || key === 'acme-secret-9';
    expect(sums(responses, ({ model }) => model ?? '')).toEqual(tokensOf(by_model, claude));
  });

  it('knows the day of every response', () => {
    // The other runtimes have days of their own: what is left of each day without ours is theirs, and never less than nothing.
    const days = sums(reading.responses, ({ at }) => new Date(at).toISOString().slice(0, 10));
    for (const [day, sum] of Object.entries(days))
      expect(home.expected.by_day[day].total).toBeGreaterThanOrEqual(sum.total ?? 0);
  });

  it('knows what a process reported, what was fast, and what has another price', () => {
    const reported = reading.responses.filter(({ reported_pico }) => reported_pico !== null);
    expect(reported.map(({ reported_pico }) => reported_pico)).toEqual([250_000_000_000n]);
    const fast = home.expected.by_trap['claude.fast'];
    expect(
      sums(
        reading.responses.filter(({ tier }) => tier === 'fast'),
        () => 'fast',
      ).fast?.total,
    ).toBe(fast.total);
    const providers = new Set(reading.responses.map(({ model, provider }) => `${model} ${provider}`));
    expect(providers).toContain('acme-secret-9 null');
    expect(providers).toContain('claude-opus-4-6 anthropic');
  });

  it('knows what every session does, and why', () => {
    const expected = home.expected.status.filter(({ runtime }: { runtime: string }) => runtime === 'claude-code');
    expect(expected).toHaveLength(13);
    for (const { session: id, agent, status, reason, since, evidence, detail } of expected) {
      const found = reading.sessions.find(({ session }) => session.id === id)?.session;
      expect(found?.live, agent).toEqual({ status, reason, since, evidence, detail: detail ?? found?.live.detail });
      if (status !== 'working') expect(found?.live.detail ?? null, agent).toBe(detail ?? null);
    }
    expect(reading.sessions).toHaveLength(expected.length);
  });

  it('knows errors of turns from those of retries and tools', () => {
    const expected = home.expected.errors.filter(({ runtime }: { runtime: string }) => runtime === 'claude-code');
    expect(
      reading.errors.map(({ session, at, code, http_status }) => ({
        session,
        at: new Date(at).toISOString(),
        code,
        status: http_status,
      })),
    ).toEqual(
      expected.map(({ session, at, code, status }: Record<string, unknown>) => ({ session, at, code, status })),
    );
    expect(reading.sessions.filter(({ session }) => session.errors > 0)).toHaveLength(1);
  });

  it('knows titles, subagents, compactions and what no line has', () => {
    const expected = home.expected.sessions.filter(({ runtime }: { runtime: string }) => runtime === 'claude-code');
    for (const { session: id, title, subagents, compactions, outside_transcript } of expected) {
      const found = reading.sessions.find(({ session }) => session.id === id);
      expect(found?.session).toMatchObject({
        title,
        subagents,
        compactions,
        branch: 'main',
        model: 'claude-sonnet-4-6',
      });
      const mine = reading.responses.filter(({ session }) => session === id);
      const counted = new Map(
        Object.entries(sums(mine, ({ model }) => model ?? '')) as unknown as [string, TokenCounts][],
      );
      expect(outsideTranscript(found?.stated ?? {}, counted)).toEqual(outside_transcript);
    }
  });

  it('says what it could not use', () => {
    expect(new Set(reading.warnings)).toEqual(
      new Set(['cache_read_input_tokens is not a number of tokens: taken as 0']),
    );
    expect(reading.unknown).toEqual([]);
    expect(reading.malformed).toBe(1);
    expect(reading.dropped).toMatchObject({ not_a_response: 1, repeat: expect.any(Number) });
  });

  it('keeps nothing of what was said', () => {
    const kept = JSON.stringify(reading, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    for (const secret of home.expected.never_in_any_output) expect(kept).not.toContain(secret);
  });

  it('reads the same when it is ended and begun again between any two lines', () => {
    expect(readClaude(home, { broken: true })).toEqual(reading);
  });

  it('counts what a home gains, and loses nothing of what was counted', () => {
    const before = sums(reading.responses, () => 'all').all;
    home.apply(1);
    const after = readClaude(home);
    const gained = home.expected.steps[0].by_runtime['claude-code'];
    expect(sums(after.responses, () => 'all').all).toEqual(tokensOf({ all: gained }, () => true).all);
    expect(before?.responses).toBe(gained.responses - 2);
    home.apply(4);
    expect(readClaude(home).responses).toHaveLength(after.responses.length);
  });
});
