import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginEngine } from '../../../src/runtimes/engine/begin.js';
import type { Questions } from '../../../src/runtimes/engine/questions.js';
import { type Home, makeHome } from '../../support/homes.js';
import { setupOf } from '../../support/runtimes.js';
import type { Agent } from '../../../src/protocol/index.js';

const seeds = (process.env.MC_TEST_HOMES ?? '1,2').split(',').map(Number);

describe.each(seeds)('the engine over a home made by seed %i', (seed) => {
  const directory = mkdtempSync(join(tmpdir(), 'mc-test-'));
  const agents = new Map<string, Agent>();
  let home: Home;
  let engine: Questions;

  const lookAll = async () => {
    for (let more = true; more; ) {
      const news = await engine.look({ now: home.now });
      for (const [id, agent] of news.agents) {
        if (agent === null) agents.delete(id);
        else agents.set(id, agent);
      }
      more = news.more;
    }
  };
  const usage = (by: 'runtime' | 'agent' | 'session') =>
    engine.usage({ by: by === 'session' ? ['agent', 'session'] : [by] });

  beforeAll(async () => {
    home = makeHome(seed, join(directory, 'made'));
    engine = await beginEngine(setupOf(home, join(directory, 'data')));
    await lookAll();
  });

  afterAll(() => {
    engine.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('counts what is expected of runtimes, agents and sessions', () => {
    const sums = (by: 'runtime' | 'agent' | 'session') =>
      Object.fromEntries(
        usage(by).groups.map(({ runtime, agent, session, ...sum }) => [
          by === 'runtime' ? runtime : by === 'agent' ? agent : `${agent}/${session}`,
          sum,
        ]),
      );
    expect(sums('runtime')).toEqual(home.expected.by_runtime);
    expect(sums('agent')).toEqual(home.expected.by_agent);
    expect(sums('session')).toEqual(home.expected.by_session);
  });

  it('says what sessions do, and why', () => {
    const { sessions } = engine.sessions({ hidden: true });
    for (const { runtime, agent, session, subagent_of: _, ...live } of home.expected.status) {
      if (session === null) {
        expect(agents.get(agent)?.live).toMatchObject(live);
        continue;
      }
      const found = sessions.find(({ id }) => id === session);
      expect(found).toMatchObject({ runtime, agent, live });
    }
  });

  it('makes agents of them', () => {
    for (const [id, sum] of Object.entries<{ total: number; cost_usd: string }>(home.expected.by_agent)) {
      const agent = agents.get(id);
      expect(agent?.counters.tokens_used).toBe(sum.total);
      expect(agent?.counters.cost ?? 0).toBeCloseTo(Number(sum.cost_usd), 9);
    }
    expect(agents.get('claude-code:ledger')).toMatchObject({
      runtime: 'claude-code',
      normalized_status: 'waiting',
      waiting_for: 'permission to use Bash',
      evidence: {
        file: expect.stringMatching(/^\.claude\/sessions\/\d+\.json$/),
        field: 'waitingFor',
        value: 'permission prompt',
      },
      sessions: { working: 0, waiting: 2, idle: 0, error: 0 },
    });
  });

  it('knows what runs by a schedule', () => {
    const { jobs } = engine.cron();
    for (const job of home.expected.cron) expect(jobs.find(({ id }) => id === job.id)).toMatchObject(job);
    expect(jobs).toHaveLength(home.expected.cron.length);
  });

  it('counts by models and days', () => {
    const sums = (key: 'model' | 'day') =>
      Object.fromEntries(engine.usage({ by: [key] }).groups.map(({ [key]: name, ...sum }) => [name, sum]));
    expect(sums('model')).toEqual(home.expected.by_model);
    expect(sums('day')).toEqual(home.expected.by_day);
  });

  it('keeps accounts that agree', () => {
    const { accounts, differences } = engine.reconcile();
    expect(differences).toEqual([]);
    const outside = accounts.map(({ runtime, outside_transcript }) => [runtime, outside_transcript]);
    const [said] = home.expected.sessions.flatMap(
      (session: Record<string, unknown>) => session.outside_transcript ?? [],
    );
    expect(Object.fromEntries(outside)).toEqual({ 'claude-code': said, codex: null, openclaw: null });
  });
});
