import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMALL_SESSION, writeSession } from '../../support/small-home.js';
import { makePlace, type Place, run, runJson, type Served, serve } from './mc.js';

describe('a fleet that nobody set up', () => {
  let place: Place;
  let served: Served;
  const at = () => ['--server', served.ready.http];

  beforeAll(async () => {
    place = await makePlace();
    writeSession(place.home);
    served = await serve(place, [], { env: { MC_RUNTIMES: 'all' } });
  });
  afterAll(async () => {
    await served.end();
    await place.clear();
  });

  it('is what mc serve shows, from the records of the runtime alone', async () => {
    const used = async () => (await runJson(place, ['usage', ...at()])).json.total?.total;
    await expect.poll(used, { timeout: 25_000 }).toBe(39);
    const { status, json } = await runJson(place, ['sessions', '--since', '3650d', ...at()]);
    expect(status).toBe(0);
    expect(json.sessions).toMatchObject([{ id: SMALL_SESSION, agent: 'claude-code:harbor', live: { status: 'gone' } }]);
  });

  it('prints sessions, use, the account and schedules as text', async () => {
    const sessions = await run(place, ['sessions', '--status', 'gone', ...at()]);
    expect([sessions.status, sessions.out]).toEqual([0, expect.stringContaining('claude-code:harbor')]);
    const usage = await run(place, ['usage', '--by', 'agent,model', ...at()]);
    expect([usage.status, usage.out]).toEqual([
      0,
      expect.stringMatching(/claude-code:harbor.*claude-opus-4-6[^]*total/),
    ]);
    const account = await run(place, ['usage', '--reconcile', ...at()]);
    expect(account.out).toContain('The sums of agents, models and days agree with the total.');
    expect(await run(place, ['cron', ...at()])).toMatchObject({ status: 0, err: expect.stringContaining('no jobs') });
  });

  it('says what it takes when it is asked for something else', async () => {
    const { status, err } = await run(place, ['usage', '--by', 'mood', ...at()]);
    expect([status, err]).toEqual([
      2,
      expect.stringContaining('is not one of runtime, agent, project, session, model, day'),
    ]);
    const refused = await run(place, ['serve', '--runtimes', 'clippy', '-w', place.office]);
    expect([refused.status, refused.err]).toEqual([2, expect.stringContaining('a list of all, none, claude-code')]);
  });
});
