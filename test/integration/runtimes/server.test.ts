import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, makeHome } from '../../support/homes.js';
import { standInsOf } from '../../support/runtimes.js';
import { type Office, startSharedOffice } from '../server/office.js';

const POLL = { timeout: 20_000, interval: 100 };

/** Every file below a directory: its bytes and when they were written. */
function everythingIn(directory: string): Record<string, string> {
  const found = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => {
    const path = join(directory, name);
    const stats = statSync(path);
    const bytes = stats.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'a directory';
    return [name, `${bytes} ${stats.isFile() ? stats.mtimeMs : ''}`] as const;
  });
  return Object.fromEntries(found);
}

describe('a server over a home with the records of all runtimes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'mc-test-'));
  const logged: string[] = [];
  /** Every byte that REST answered. */
  const said: string[] = [];
  let home: Home;
  let office: Office;
  let stop: () => Promise<void>;

  const get = async (path: string) => {
    const answer = await office.get(path);
    said.push(answer.text);
    return answer.body;
  };

  beforeAll(async () => {
    home = makeHome(1, join(directory, 'made'));
    const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
    const shared = await startSharedOffice({
      log,
      clock: { now: () => home.now },
      runtimes: {
        home: home.home,
        env: home.env,
        data: join(directory, 'data'),
        prices: join(home.root, 'prices.json'),
        standIns: standInsOf(home),
      },
    });
    office = shared.office;
    stop = shared.stop;
  });

  afterAll(async () => {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const totals = async () => {
    const { groups } = await get('/api/usage');
    return Object.fromEntries(groups.map(({ runtime, ...sum }: { runtime: string }) => [runtime, sum]));
  };

  it('answers for sessions, use and schedules as expected, and leaves the home as it was', async () => {
    const before = everythingIn(home.root);
    await expect.poll(totals, POLL).toEqual(home.expected.by_runtime);
    const { sessions } = await get('/api/sessions?hidden=true&since=3650d');
    for (const { runtime, agent, session, subagent_of: _, ...live } of home.expected.status) {
      if (session === null) continue;
      const found = sessions.find(({ id }: { id: string }) => id === session);
      expect(found).toMatchObject({ runtime, agent, live });
      expect(await get(`/api/sessions/${runtime}/${session}`)).toEqual(found);
    }
    const { groups } = await get('/api/usage?by=agent,session&since=3650d');
    for (const { agent, session, ...sum } of groups) {
      expect(sum).toEqual(home.expected.by_session[`${agent}/${session}`]);
    }
    const { jobs } = await get('/api/cron');
    expect(jobs).toHaveLength(home.expected.cron.length);
    expect(await get('/api/usage/reconcile')).toMatchObject({ differences: [] });
    const { runtimes } = await get('/api/runtimes');
    expect(runtimes.map(({ state }: { state: string }) => state)).toEqual(['reading', 'reading', 'reading']);
    expect(everythingIn(home.root)).toEqual(before);
  });

  it('raises alerts for jobs that failed and that flap, and for none that is well', async () => {
    const firing = async () => {
      const { alerts } = await get('/api/alerts');
      const ofJobs = alerts.filter(({ rule }: { rule: string }) => rule.startsWith('cron_'));
      return ofJobs.map(({ rule, agent, state }: Record<string, string>) => `${rule} ${agent} ${state}`).toSorted();
    };
    await expect
      .poll(firing, POLL)
      .toEqual([
        'cron_failed openclaw:main firing',
        'cron_failed openclaw:ops firing',
        'cron_flapping openclaw:main firing',
      ]);
  });

  it('shows their agents beside those of the workspace', async () => {
    const waiting = async () => (await get('/api/agents/claude-code:ledger')).normalized_status;
    await expect.poll(waiting, POLL).toBe('waiting');
    const { agents } = await get('/api/agents');
    const ids = agents.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining(['builder', ...Object.keys(home.expected.by_agent)]));
    expect(await get('/api/agents/builder')).toMatchObject({ runtime: null, live: null, sessions: null });
    expect(await get('/api/agents/claude-code:ledger')).toMatchObject({
      runtime: 'claude-code',
      waiting_for: 'permission to use Bash',
      tokensUsed: home.expected.by_agent['claude-code:ledger'].total,
    });
    expect((await get('/api/agents/openclaw')).live).toMatchObject({ status: 'working', reason: 'gateway' });
  });

  it('shows each step that is done while it runs', async () => {
    for (const [index, step] of home.expected.steps.entries()) {
      home.apply(index + 1);
      await expect.poll(totals, POLL).toEqual(step.by_runtime);
    }
    const before = everythingIn(home.root);
    expect(await get('/api/usage/reconcile')).toMatchObject({ differences: [] });
    expect(await totals()).toEqual(home.expected.steps.at(-1).by_runtime);
    expect(everythingIn(home.root)).toEqual(before);
  });

  it('refuses what it cannot answer, and says what it takes', async () => {
    const asked = [
      '/api/usage?by=mood',
      '/api/usage?step=soon',
      '/api/usage?by=day&tz=Nowhere/Here',
      '/api/sessions?status=odd',
    ];
    for (const path of asked) {
      const answer = await office.get(path);
      expect([path, answer.status]).toEqual([path, 400]);
    }
    const none = await office.get('/api/sessions/codex/none');
    expect(none).toMatchObject({ status: 404, body: { code: 'session.not_found' } });
  });

  it('lets nothing out that is private: not in answers, not in the log, not in the database', async () => {
    for (const path of ['/api/agents', '/api/notifications', '/api/system/events', '/metrics', '/api/health']) {
      said.push((await office.get(path)).text);
    }
    const files = readdirSync(join(directory, 'data'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(directory, 'data', name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path).toString('latin1'));
    expect(files.length).toBeGreaterThan(0);
    for (const secret of home.expected.never_in_any_output as string[]) {
      for (const text of [...said, ...logged, ...files]) expect(text.includes(secret)).toBe(false);
    }
  });
});
