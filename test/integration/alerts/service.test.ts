import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AlertChange, AlertsOutlet } from '../../../src/alerts/index.js';
import { MINUTE, NOW } from '../../unit/alerts/world.js';
import { type Stand, type StandOptions, startStand } from './stand.js';
import { jobOf } from '../../unit/alerts/rules/runtimes.js';

let directory: string;
let stand: Stand;
const clock = { now: NOW, at: 0 };
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mc-alerts-'));
  Object.assign(clock, { now: NOW, at: 0 });
});
afterEach(() => {
  stand.alerts.stop();
  expect(stand.failures).toEqual([]);
  rmSync(directory, { recursive: true, force: true });
});

const start = async (options: Partial<StandOptions> = {}) => {
  stand = await startStand({ directory, clock, ...options });
  return stand;
};
const restart = async (options: Partial<StandOptions> = {}) => {
  const agents = Object.fromEntries(stand.snapshot.agents);
  stand.alerts.stop();
  return start({ agents, ...options });
};
const rules = (content: object) =>
  writeFileSync(join(directory, 'alerts.json'), JSON.stringify(content), { mode: 0o600 });
const until = <T>(look: () => T) => vi.waitFor(look, { timeout: 20_000, interval: 10 });
const states = () => stand.told.map(({ rule, agent, state }) => `${rule} ${agent} ${state}`);
const fails = (...ids: string[]) => ids.forEach((id) => stand.agent(id, { normalized_status: 'error' }));

describe('an alert on the stream', () => {
  it('comes when an agent fails, with one notification, and goes when it is well again', async () => {
    await start();
    fails('api');
    await until(() => expect(states()).toEqual(['agent_error api firing']));
    expect([...stand.snapshot.alerts.values()]).toEqual(stand.told);
    await until(() => expect(stand.notifications).toHaveLength(1));
    expect(stand.notifications[0]).toMatchObject({
      title: 'Agent in error',
      message: 'api is in error (its word is unknown)',
      level: 'error',
      agent: 'api',
      data: { alert: { rule: 'agent_error', state: 'firing', count: 1, ids: [stand.told[0]?.id], agents: ['api'] } },
    });
    stand.agent('api', { normalized_status: 'idle' });
    await until(() => {
      stand.pass(MINUTE);
      expect(states().at(-1)).toBe('agent_error api resolved');
    });
    expect(stand.snapshot.alerts.size).toBe(0);
    await until(() => expect(stand.notifications).toHaveLength(2));
    expect(stand.notifications[1]).toMatchObject({ title: 'Over: Agent in error', level: 'success' });
    expect(stand.alerts.history({}).alerts).toEqual([stand.told.at(-1)]);
  });

  it('is one message for ten agents that fail for one reason', async () => {
    await start();
    fails(...Array.from({ length: 10 }, (_, at) => `a${at}`));
    await until(() => expect(stand.told).toHaveLength(10));
    await until(() => expect(stand.notifications).toHaveLength(1));
    expect(stand.notifications[0]?.message).toBe(
      '10 agents: a0, a1, a2 and 7 more; the first: a0 is in error (its word is unknown)',
    );
    expect(stand.notifications[0]?.data.alert).toMatchObject({ count: 10 });
    expect(stand.notifications[0]).not.toHaveProperty('agent');
  });

  it('does not come twice while it lasts', async () => {
    await start();
    fails('api');
    await until(() => expect(stand.notifications).toHaveLength(1));
    for (const word of ['failed', 'blocked']) stand.agent('api', { normalized_status: 'error', status: word });
    stand.alerts.silence('disk_low', { for: '1s', reason: 'looks at once' });
    expect(states()).toEqual(['agent_error api firing']);
  });

  it.each([
    ['watcher_polling', { watcher: { state: 'available', mode: 'polling', reason: 'few watches', wanted: false } }],
    ['watcher_down', { watcher: { state: 'gone', mode: 'native', reason: null, wanted: false } }],
    ['database_set_aside', { setAside: ['the metrics database was damaged'] }],
  ] as const)('%s', async (rule, facts) => {
    await start();
    const well = stand.facts;
    stand.facts = { ...well, ...facts };
    await until(() => {
      stand.pass(MINUTE);
      expect(states()).toEqual([`${rule} null firing`]);
    });
    stand.facts = well;
    await until(() => expect(states().at(-1)).toBe(`${rule} null resolved`));
  });

  it.each([
    ['cron_failed', 'openclaw:main', { jobs: [jobOf({ last_status: 'error' })] }],
    ['cron_flapping', 'openclaw:main', { jobs: [jobOf({ flapping: true })] }],
    ['cron_missed', 'openclaw:main', { jobs: [jobOf({ next_run_at: '2020-01-01T00:00:00.000Z', last_run_at: null })] }],
    [
      'quota_low',
      null,
      {
        quotas: [
          {
            runtime: 'codex',
            name: 'primary',
            used_percent: 95,
            window_minutes: null,
            resets_at: null,
            at: '2020-01-01T00:00:00.000Z',
          },
        ],
      },
    ],
  ] as const)('%s of a runtime', async (rule, agent, said) => {
    await start();
    const well = stand.facts;
    stand.facts = { ...well, runtimes: { jobs: [], quotas: [], whole: true, ...said } };
    await until(() => expect(states()).toEqual([`${rule} ${agent} firing`]));
    stand.facts = well;
    await until(() => expect(states().at(-1)).toBe(`${rule} ${agent} resolved`));
  });
});

describe('a restart', () => {
  it('keeps what fires, says nothing of it again, and ends it when it is over', async () => {
    await start();
    fails('api', 'db');
    await until(() => expect(stand.notifications).toHaveLength(1));
    const fired = [...stand.told];
    stand.alerts.acknowledge('agent_error', 'api');
    await restart();
    expect([...stand.snapshot.alerts.keys()]).toEqual(fired.map(({ id }) => id));
    expect(stand.snapshot.alerts.get(fired[0]?.id ?? '')?.acknowledged_at).not.toBeNull();
    stand.agent('api', { normalized_status: 'idle' });
    await until(() => {
      stand.pass(MINUTE);
      expect(states()).toEqual(['agent_error api resolved']);
    });
    expect(stand.told[0]?.id).toBe(fired[0]?.id);
  });

  it('lets what is pending go on where it was', async () => {
    await start();
    const waiting = { normalized_status: 'waiting' as const };
    stand.agent('api', waiting);
    const pending = () => stand.alerts.list({ state: 'pending' }).alerts;
    await until(() => expect(pending()).toHaveLength(1));
    await until(() => {
      stand.pass(3 * MINUTE);
      stand.alerts.silence('disk_low', { for: '1s', reason: 'looks at once' });
      expect(pending()).toHaveLength(1);
    });
    await restart();
    expect(pending()).toHaveLength(1);
    stand.pass(2 * MINUTE);
    await until(() => expect(states()).toEqual(['agent_waiting api firing']));
  });

  it('keeps silences and the history', async () => {
    await start();
    const silence = stand.alerts.silence('agent_error', { for: '2h', reason: 'known' });
    fails('api');
    await until(() => expect(stand.told[0]?.silenced_until).toBe(silence.until));
    await restart();
    expect(stand.alerts.list({}).silences).toEqual([silence]);
    stand.pass(121 * MINUTE);
    await until(() => expect(stand.notifications).toHaveLength(1));
    expect(stand.alerts.list({}).silences).toEqual([]);
    await restart();
    expect(stand.alerts.list({}).silences).toEqual([]);
  });
});

describe('who is told', () => {
  it('nobody of what is silenced, until the silence is ended', async () => {
    await start();
    const { id } = stand.alerts.silence('agent_error', { for: '2h', reason: 'known' });
    fails('api');
    await until(() => expect(states()).toEqual(['agent_error api firing']));
    expect(stand.alerts.list({}).summary).toEqual({ firing: 1, pending: 0, acknowledged: 0, silenced: 1, unseen: 0 });
    expect(stand.notifications).toEqual([]);
    stand.alerts.endSilence(id);
    await until(() => expect(stand.notifications).toHaveLength(1));
    expect(stand.told.at(-1)?.silenced_until).toBeNull();
  });

  it('acknowledging the notification acknowledges its alerts, and the other way round', async () => {
    await start();
    fails('api', 'db');
    await until(() => expect(stand.notifications).toHaveLength(1));
    const kept = () => stand.snapshot.notifications[0];
    stand.alerts.acknowledge('agent_error', 'api');
    expect(kept()?.acknowledged_at).toBeNull();
    stand.alerts.acknowledge('agent_error', null);
    expect(kept()?.acknowledged_at).not.toBeNull();
    expect(stand.alerts.list({}).summary).toMatchObject({ acknowledged: 2, unseen: 0 });

    fails('web');
    await until(() => expect(stand.notifications).toHaveLength(2));
    const { id = '' } = stand.snapshot.notifications[1] ?? {};
    stand.publish({ type: 'notification_ack', data: { id, acknowledged_at: 'now' }, at: NOW });
    expect(stand.alerts.list({}).summary).toMatchObject({ firing: 3, acknowledged: 3 });
  });

  it.each([
    [() => stand.alerts.silence('agent_eror', { for: '2h', reason: 'x' }), 'there is no rule "agent_eror"'],
    [() => stand.alerts.silence('agent_error', { for: 'soon', reason: 'x' }), 'for: "soon" is not a duration'],
    [() => stand.alerts.silence('agent_error', { for: '0s', reason: 'x' }), 'for: "0s" is not a duration'],
    [() => stand.alerts.silence('agent_error', { agent: 'none', for: '2h', reason: 'x' }), 'Agent not found'],
    [() => stand.alerts.endSilence('none'), 'there is no such silence'],
    [() => stand.alerts.acknowledge('agent_error', null), 'no alert of agent_error fires'],
    [() => stand.alerts.acknowledge('agent_error', 'api'), 'no alert of agent_error about api fires'],
    [() => stand.alerts.show('none'), 'there is no rule "none"'],
    [() => stand.alerts.history({ cursor: 'x' }), 'cursor: not one of this list'],
  ])('is refused what makes no sense: %s', async (ask, message) => {
    await start();
    expect(ask).toThrow(message);
  });
});

describe('the rules of the user', () => {
  it('are read again when the file changes; a wrong one is told of and leaves in force what was', async () => {
    await start();
    fails('api');
    await until(() => expect(states()).toHaveLength(1));
    rules({ builtin: { agent_error: { enabled: false } } });
    await until(() => expect(states().at(-1)).toBe('agent_error api resolved'));
    rules({ builtin: { agent_eror: {} } });
    await until(() => expect(stand.alerts.list({}).file.state).toBe('kept'));
    expect(stand.notifications.at(-1)).toMatchObject({ title: 'Alerts: the file is wrong', level: 'warning' });
    expect(stand.notifications.at(-1)?.message).toContain('did you mean "agent_error"?');
    expect(stand.alerts.show('agent_error').rule.enabled).toBe(false);
  });
});

describe('the database', () => {
  const path = () => join(directory, 'state', 'alerts.db');

  it.skipIf(process.platform === 'win32')('can be read by its owner alone', async () => {
    await start();
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'state')).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['damaged', () => writeFileSync(path(), 'SQLite format 3\0'.padEnd(5000, 'x'))],
    ['not a file', () => mkdirSync(path())],
  ])('that is %s is set aside, and that is an alert', async (_what, spoil) => {
    mkdirSync(join(directory, 'state'));
    spoil();
    await start();
    expect(states()).toEqual(['database_set_aside null firing']);
    expect(readdirSync(join(directory, 'state')).some((name) => name.includes('.aside-'))).toBe(true);
    fails('api');
    await until(() => expect(states()).toHaveLength(2));
    expect(stand.alerts.health()).toBe('available');
  });

  it('is done without where it cannot be written', async () => {
    writeFileSync(join(directory, 'state'), 'in the way');
    await start();
    fails('api');
    await until(() => expect(states()).toEqual(['agent_error api firing']));
  });
});

describe('what takes alerts out of the house', () => {
  const outlet = (onChange: AlertsOutlet['onChange']): AlertsOutlet => ({
    prepare: (db) => void db.exec('CREATE TABLE IF NOT EXISTS sent (id TEXT, kind TEXT)'),
    onChange,
    onCommitted: () => {},
  });

  it('hears of changes in the transaction that keeps them', async () => {
    const heard: AlertChange[] = [];
    await start({
      outlet: outlet((changes, db) => {
        expect(db.inTransaction).toBe(true);
        heard.push(...changes);
      }),
    });
    fails('api');
    await until(() => expect(heard).toHaveLength(1));
    expect(heard).toEqual([{ kind: 'firing', alert: stand.told[0], title: 'Agent in error', tell: true }]);
  });

  it('fails by itself: the alert is kept and told all the same', async () => {
    await start({
      outlet: outlet((_changes, db) => {
        db.prepare('INSERT INTO sent VALUES (?, ?)').run('x', 'y');
        throw new Error('no way out');
      }),
    });
    fails('api');
    await until(() => expect(states()).toHaveLength(1));
    expect(stand.alerts.health()).toBe('alerts do not leave this machine: no way out');
    await restart();
    expect(stand.snapshot.alerts.size).toBe(1);
    expect(stand.alerts.health()).toBe('available');
  });
});

it('fails when what it looks at cannot be asked for, again and again', async () => {
  const failed = vi.fn();
  await start({ onFailure: failed });
  Object.defineProperty(stand, 'facts', {
    get() {
      throw new Error('no facts');
    },
  });
  await until(() => expect(failed).toHaveBeenCalledOnce());
});
