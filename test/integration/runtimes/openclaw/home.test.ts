import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Response } from '../../../../src/runtimes/facts.js';
import type { OpenclawLook } from '../../../../src/runtimes/openclaw/index.js';
import { type Home, makeHome } from '../../../support/homes.js';
import { expectedSums, sumsOf } from '../../../support/usage-sums.js';
import { inventory, type Reader, readOpenclaw, sessionOf } from './reading.js';

const seeds = (process.env.MC_TEST_HOMES ?? '1,2,3,4,5').split(',').map(Number);
const isMine = ({ runtime }: { runtime: string }) => runtime === 'openclaw';
const mine = (key: string) => key.startsWith('openclaw');

describe.each(seeds)('a home of OpenClaw, made by seed %i', (seed) => {
  const directory = mkdtempSync(join(tmpdir(), 'mc-test-'));
  let home: Home;
  let before: string[];
  let reader: Reader;
  let look: OpenclawLook;
  let agentOf: (response: Response) => string;

  beforeAll(() => {
    home = makeHome(seed, directory);
    before = inventory(home.home);
    reader = readOpenclaw(home);
    look = reader.look();
    const agents = new Map(look.sessions.map(({ id, agentId }) => [id, `openclaw:${agentId}`]));
    agentOf = ({ session }) => agents.get(session) ?? session;
  });

  afterAll(() => {
    reader.reader.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('counts every response once', () => {
    const { by_runtime, by_agent, by_session } = home.expected;
    const responses = reader.responses();
    const session = (each: Response) => `${agentOf(each)}/${each.session}`;
    expect(sumsOf(responses, session)).toEqual(expectedSums(by_session, mine));
    expect(sumsOf(responses, agentOf)).toEqual(expectedSums(by_agent, mine));
    expect(sumsOf(responses, () => 'openclaw')).toEqual(expectedSums(by_runtime, mine));
  });

  it('believes a cost above zero, and no other', () => {
    const unpriced = reader.responses().filter(({ reported_pico }) => reported_pico === null);
    // Of the rollout three, of the mirror one, one with other names of fields, and two that say 0.
    expect(unpriced).toHaveLength(7);
    const { model } = unpriced.find(({ provider }) => provider === 'acme') ?? {};
    expect(model).toBe('mystery-7b');
  });

  it('knows what sessions do, and why', () => {
    const expected = home.expected.status.filter(isMine);
    expect(expected.length).toBeGreaterThan(4);
    for (const { session, status, reason, since, evidence, detail = null } of expected) {
      const live = session === null ? look.gateway : sessionOf(look, session).live;
      expect(live).toEqual({ status, reason, since, evidence, detail });
    }
  });

  it('knows which are spawned, and how full contexts are', () => {
    const spawned = home.expected.status.find(({ subagent_of }: { subagent_of?: string }) => subagent_of);
    const main = home.expected.notes.find(({ agent }: { agent: string }) => agent === 'openclaw:main').session;
    expect(sessionOf(look, spawned.session)).toMatchObject({ kind: 'subagent', parent: main });
    expect(sessionOf(look, main)).toMatchObject({
      subagents: 1,
      title: 'main',
      version: '2026.9.8',
      cwd: '/home/dev/ws',
    });
    for (const { session, context_percent } of home.expected.sessions.filter(isMine)) {
      const { context_tokens, context_limit } = sessionOf(look, session);
      expect(context_limit).toBe(200_000);
      expect(context_tokens).toBe(context_percent === null ? null : (context_percent / 100) * 200_000);
    }
  });

  it('knows errors, each once', () => {
    const errors = reader.errors().map(({ agentId, session, at, code }) => ({
      runtime: 'openclaw',
      agent: `openclaw:${agentId}`,
      session,
      at: new Date(at).toISOString(),
      code,
      status: null,
    }));
    const byTime = (one: { at: string }, other: { at: string }) => (one.at < other.at ? -1 : 1);
    expect(errors.sort(byTime)).toEqual(home.expected.errors.filter(isMine).sort(byTime));
    const counts = new Set(look.sessions.map(({ errors: count }) => count));
    expect(counts).toEqual(new Set([0, 1, 2]));
  });

  it('knows cron jobs and how they went', () => {
    const expected = home.expected.cron.map((job: object) => ({ runtime: 'openclaw', tz: 'UTC', ...job }));
    const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
    expect([...look.cron].sort(byId)).toEqual(expected.sort(byId));
  });

  it('names agents and versions, and reports a file that holds more than its database', () => {
    expect(look.agents).toEqual([
      { id: 'main', name: 'Main' },
      { id: 'ops', name: 'Ops' },
      { id: 'scout', name: 'Scout' },
    ]);
    expect(look.versions).toEqual(['2026.8.1', '2026.9.8']);
    const { session } = home.expected.notes.find(({ agent }: { agent: string }) => agent === 'openclaw:main');
    expect(look.warnings).toEqual([
      `.openclaw/agents/main/sessions/${session}.jsonl: holds responses that the database does not have: they count`,
    ]);
    expect(reader.unknown).toEqual([]);
    expect(look.backfill.done_bytes).toBe(look.backfill.total_bytes);
  });

  it('changes nothing and keeps nothing that is private', () => {
    expect(inventory(home.home)).toEqual(before);
    const told = JSON.stringify([
      look,
      [...reader.kept],
      reader.responses().map((each) => ({ ...each, reported_pico: null })),
    ]);
    for (const text of home.expected.never_in_any_output) expect(told).not.toContain(text);
    expect(told).not.toContain(home.home.slice(0, -'home'.length));
  });

  it('reads nothing twice after a start, and knows the same', () => {
    const again = readOpenclaw(home, new Map(reader.kept));
    const known = again.look();
    expect(again.responses()).toEqual([]);
    expect(known.read.lines).toBe(0);
    expect(known.sessions).toEqual(look.sessions);
    again.reader.close();
  });

  it('reads on what is written, and only that', () => {
    const counted = reader.responses().length;
    home.apply(3);
    const next = reader.look(home.now + 60_000);
    const added = home.expected.steps[2].by_runtime;
    expect(reader.responses()).toHaveLength(counted + 1);
    expect(sumsOf(reader.responses(), () => 'openclaw')).toEqual(expectedSums(added, mine));
    expect(next.read.lines).toBeLessThan(5);
    const after = inventory(home.home);
    reader.look(home.now + 120_000);
    expect(inventory(home.home)).toEqual(after);
  });
});
