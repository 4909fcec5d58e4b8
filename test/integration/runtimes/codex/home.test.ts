import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Response } from '../../../../src/runtimes/facts.js';
import { type Home, makeHome } from '../../../support/homes.js';
import { expectedSums, sumsOf } from '../../../support/usage-sums.js';
import { type Reading, readCodex } from './reading.js';

const seeds = (process.env.MC_TEST_HOMES ?? '1,2,3,4,5').split(',').map(Number);
const isCodex = ({ runtime }: { runtime: string }) => runtime === 'codex';

describe.each(seeds)('a home of Codex, made by seed %i', (seed) => {
  const directory = mkdtempSync(join(tmpdir(), 'mc-test-'));
  let home: Home;
  let reading: Reading;
  let agentOf: (response: Response) => string;

  beforeAll(() => {
    home = makeHome(seed, directory);
    reading = readCodex(home);
    const agents = new Map(reading.sessions.map(({ id, cwdRaw }) => [id, `codex:${cwdRaw?.split('/').at(-1)}`]));
    agentOf = ({ session }) => agents.get(session) ?? session;
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('counts every response once', () => {
    const { by_runtime, by_agent, by_session } = home.expected;
    const mine = (key: string) => key.startsWith('codex');
    const { responses } = reading;
    expect(sumsOf(responses, () => 'codex')).toEqual(expectedSums(by_runtime, mine));
    expect(sumsOf(responses, agentOf)).toEqual(expectedSums(by_agent, mine));
    const session = (each: Response) => `${agentOf(each)}/${each.session}`;
    expect(sumsOf(responses, session)).toEqual(expectedSums(by_session, mine));
  });

  it('knows models and days', () => {
    const { by_model, by_day } = home.expected;
    // Of these models OpenClaw has none; of others, and of days, it has the rest.
    const mine = (key: string) => key === 'gpt-5.3-codex' || key === 'codex-auto-review';
    const models = sumsOf(reading.responses, ({ model }) => model ?? '');
    expect(expectedSums(models, mine)).toEqual(expectedSums(by_model, mine));
    expect(Object.keys(models).toSorted()).toEqual(['codex-auto-review', 'gpt-5.2', 'gpt-5.3-codex', 'gpt-6-astra']);
    for (const [day, { total }] of Object.entries(
      sumsOf(reading.responses, ({ at }) => new Date(at).toISOString().slice(0, 10)),
    )) {
      expect(by_day[day].total).toBeGreaterThanOrEqual(total ?? 0);
    }
    expect(new Set(reading.responses.map(({ provider }) => provider))).toEqual(new Set(['openai']));
  });

  it('agrees with what Codex itself says that a thread has used', () => {
    const sums = sumsOf(reading.responses, ({ session }) => session);
    expect(reading.stated.size).toBeGreaterThan(5);
    for (const [session, tokens] of reading.stated) expect(sums[session]?.total).toBe(tokens);
  });

  it('knows what every thread does, and why', () => {
    const expected = home.expected.status.filter(isCodex);
    expect(expected.length).toBeGreaterThan(12);
    for (const { session, status, reason, since, evidence, detail = null } of expected) {
      const found = reading.sessions.find(({ id }) => id === session);
      expect(found?.live).toEqual({ status, reason, since, evidence, detail });
    }
  });

  it('knows errors', () => {
    const errors = reading.errors.map(({ at, ...error }) => ({ ...error, at: new Date(at).toISOString() }));
    expect(errors).toEqual(
      home.expected.errors.filter(isCodex).map(({ session, at, code }: Record<string, unknown>) => ({
        session,
        at,
        code,
        http_status: null,
        resets_at: null,
      })),
    );
    const failed = reading.sessions.filter(({ errors }) => errors > 0);
    expect(failed.map(({ id, errors }) => [id, errors])).toEqual([[errors[0]?.session, 1]]);
  });

  it('knows names, kinds, what is hidden, compactions, subagents, quotas', () => {
    const [reviewer] = home.expected.sessions.filter(isCodex);
    const review = reading.sessions.filter(({ hidden }) => hidden);
    expect(review.map(({ id, kind }) => [id, kind])).toEqual([[reviewer.session, 'review']]);
    const named = reading.sessions.filter(({ title }) => title !== null);
    expect(named).toMatchObject([
      { title: 'harbor walk', kind: 'main', subagents: 2, branch: 'main', model: 'gpt-5.2', version: '0.104.0' },
    ]);
    const children = reading.sessions.filter(({ parent }) => parent === named[0]?.id);
    expect(children.map(({ kind }) => kind)).toEqual(['subagent', 'subagent']);
    const compacted = reading.sessions.filter(({ compactions }) => compactions > 0);
    expect(compacted).toMatchObject([{ compactions: 1, subagents: 1, context_limit: 258_400 }]);
    expect(compacted[0]?.context_tokens).toBeGreaterThan(0);
    const { now } = home.expected;
    const reset = (seconds: number) => new Date(Date.parse(now) + seconds * 1000).toISOString();
    expect(reading.quotas).toMatchObject([
      { runtime: 'codex', name: 'primary', window_minutes: 300, resets_at: reset(3600) },
      { runtime: 'codex', name: 'secondary', window_minutes: 10_080, resets_at: reset(86_400) },
    ]);
  });

  it('says nothing of copies, and has nothing to warn of', () => {
    expect(reading.unknown).toEqual([]);
    expect(reading.warnings).toEqual([]);
    expect(reading.sessions).toHaveLength(new Set(reading.sessions.map(({ id }) => id)).size);
    expect(reading.dropped).toMatchObject({ repeat: expect.any(Number), replay: expect.any(Number), fork: 1 });
  });

  it('keeps nothing of what was said', () => {
    const kept = JSON.stringify(reading, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    for (const secret of home.expected.never_in_any_output) expect(kept).not.toContain(secret);
  });

  it('reads the same when it is ended and begun again between any two lines, and when lines are parsed whole', () => {
    expect(readCodex(home, { broken: true })).toEqual(reading);
    expect(readCodex(home, { whole: true })).toEqual(reading);
  });

  it('counts what a thread gains', () => {
    home.apply(2);
    const after = readCodex(home);
    const [, step] = home.expected.steps;
    const mine = (key: string) => key === 'codex';
    expect(sumsOf(after.responses, () => 'codex')).toEqual(expectedSums(step.by_runtime, mine));
  });
});
