import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { standUp, until } from '../../support/delivery.js';
import { firingAlert } from '../../support/firing.js';
import { startReceiver } from '../../support/receiver.js';
import type { Alert } from '../../../src/protocol/index.js';
import { settingsWith, startOffice } from '../server/office.js';
import { scratch } from '../../support/scratch.js';

const installed = spawnSync('prometheus-alertmanager', ['--version']).error === undefined;
if (!installed) {
  console.warn('SKIPPED: prometheus-alertmanager is not installed (apt-get install prometheus-alertmanager)');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Debian's Alertmanager, which sends to a receiver of the test at once. */
async function startAlertmanager(receiver: string): Promise<string> {
  const folder = scratch();
  const config = `route: {receiver: test, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: test, webhook_configs: [{url: '${receiver}', send_resolved: true}]}]
`;
  writeFileSync(join(folder, 'config.yml'), config);
  const port = await freePort();
  const child: ChildProcess = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${join(folder, 'config.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200));
  return url;
}

describe('Alertmanager', () => {
  it.skipIf(!installed)('is told what fires and what is over, and what it silences is known', async () => {
    const receiver = await startReceiver(200);
    const url = await startAlertmanager(receiver.url);
    // Its clock is the real one.
    const now = Date.now();
    const since = new Date(now - 1000).toISOString();
    const stand = standUp({ alertmanagers: [url], now, ms: { resend: 200 } });
    const alerts = ['web-1', 'web-2'].map((agent) => firingAlert({ agent, since, fired_at: since }));
    stand.fire(...alerts);
    const told = () =>
      receiver.received.flatMap(
        ({ json }) => json.alerts as { status: string; labels: Record<string, string>; generatorURL: string }[],
      );
    await until(() => {
      expect(new Set(told().map(({ labels }) => labels.agent))).toEqual(new Set(['web-1', 'web-2']));
    });
    expect(told()[0]?.labels).toMatchObject({
      alertname: 'agent_error',
      rule: 'agent_error',
      severity: 'error',
      host: 'host-1',
      source: 'mission-control',
    });
    expect(told()[0]?.generatorURL).toBe('http://127.0.0.1:8080/api/alerts/agent_error');

    stand.pass(1000);
    stand.resolve(alerts[0] as never);
    await until(() => {
      expect(
        told()
          .filter(({ status }) => status === 'resolved')
          .map(({ labels }) => labels.agent),
      ).toContain('web-1');
    });

    const silence = {
      matchers: [{ name: 'agent', value: 'web-2', isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 60_000).toISOString(),
      createdBy: 'test',
      comment: 'test',
    };
    const made = await fetch(`${url}/api/v2/silences`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(silence),
    });
    expect(made.status).toBe(200);
    await until(() => {
      stand.pass(200);
      expect(stand.delivery.suppresses(alerts[1] as never)).toBe(true);
    });
    expect(stand.delivery.suppresses(alerts[0] as never)).toBe(false);
    expect(stand.delivery.targets().alertmanagers).toMatchObject([{ url, last_error: null, suppressed: 1 }]);
    expect(stand.delivery.health()).toBeNull();
  });

  it('what it holds back is marked in the answers of the API, and nothing else is', async () => {
    const held = { labels: { rule: 'agent_error', agent: 'api', host: hostname() }, status: { state: 'suppressed' } };
    const manager = await startReceiver((response) => void response.writeHead(200).end(JSON.stringify([held])));
    const office = await startOffice({ settings: await settingsWith({ alertmanagerUrl: [manager.url] }) });
    await until(() => expect(manager.received.length).toBeGreaterThan(0));
    for (const agent of ['api', 'tester']) {
      writeFileSync(join(office.root, 'mission-control/agents', agent, 'state.json'), '{"status":"error"}');
    }
    await until(async () => {
      const { body } = await office.get('/api/alerts?rule=agent_error');
      const agents = body.alerts.map(({ agent }: Alert) => agent);
      expect(agents).toEqual(expect.arrayContaining(['api', 'tester']));
      const { id } = body.alerts.find(({ agent }: Alert) => agent === 'api');
      expect(body.suppressed).toEqual([id]);
      expect((await office.get('/api/alerts/agent_error')).body.suppressed).toEqual([id]);
    });
  });

  it('all of them are told, each minute anew, and an end for what might not come again', async () => {
    const [one, two] = [await startReceiver(200), await startReceiver(200)];
    for (const receiver of [one, two]) receiver.answer((response) => void response.writeHead(200).end('[]'));
    const stand = standUp({ alertmanagers: [one.url, `${two.url}/prefix/`], ms: { resend: 50 } });
    stand.fire(firingAlert());
    const posts = (receiver: typeof one) => receiver.received.filter(({ json }) => json?.length === 1);
    await until(() => expect([posts(one).length, posts(two).length].every((count) => count >= 3)).toBe(true));
    expect(posts(two)[0]?.path).toBe('/prefix/api/v2/alerts');
    expect(posts(one)[0]?.json).toMatchObject([
      {
        startsAt: '2026-11-28T12:00:00.000Z',
        endsAt: '2026-11-28T12:03:00.000Z',
        annotations: { summary: 'web-1 is in error' },
      },
    ]);
  });

  it('when none answers for five minutes, fallbacks take over, and only then', async () => {
    const manager = await startReceiver((response) => void response.writeHead(200).end('[]'));
    const receiver = await startReceiver();
    const stand = standUp({
      alertmanagers: [manager.url],
      targets: [
        { name: 'always', url: `${receiver.url}/always`, private: true },
        { name: 'spare', url: `${receiver.url}/spare`, private: true, fallback: true },
      ],
      ms: { resend: 20 },
    });
    await until(() => expect(stand.delivery.targets().alertmanagers[0]?.last_success_at).not.toBeNull());
    stand.fire(firingAlert({ agent: 'before' }));
    await until(() => expect(stand.states()).toEqual(['always firing delivered']));

    stand.pass(2 * 60_000);
    const heard = new Date(stand.now()).toISOString();
    await until(() => expect(stand.delivery.targets().alertmanagers[0]?.last_success_at).toBe(heard));
    manager.answer(503);
    await until(() => expect(stand.delivery.targets().alertmanagers[0]?.last_error).toBe('it answered 503'));
    stand.pass(2 * 60_000);
    const since = new Date(stand.now()).toISOString();
    stand.fire(firingAlert({ agent: 'meanwhile', since, fired_at: since }));
    await until(() => expect(stand.states().slice(1)).toEqual(['always firing delivered']));
    expect(stand.delivery.health()).toBeNull();

    stand.pass(4 * 60_000);
    await until(() => expect(stand.states().slice(2)).toEqual(['spare firing delivered']));
    expect(receiver.received.at(-1)).toMatchObject({ path: '/spare', json: { data: { agent: 'meanwhile' } } });
    expect(stand.delivery.health()).toBe('no Alertmanager answers');
    stand.pass(60_000);
    stand.fire(firingAlert({ agent: 'later' }));
    await until(() =>
      expect(stand.states().slice(3).sort()).toEqual(['always firing delivered', 'spare firing delivered']),
    );

    manager.answer((response) => void response.writeHead(200).end('[]'));
    await until(() => expect(stand.delivery.health()).toBeNull());
    stand.pass(60_000);
    stand.fire(firingAlert({ agent: 'after' }));
    await until(() => expect(stand.states().slice(5)).toEqual(['always firing delivered']));
    expect(stand.logged()).toMatch(/does not take alerts.*\n.*take over.*\n.*Alertmanager answers/);
  });

  it('an answer that makes no sense is told, and breaks nothing', async () => {
    const manager = await startReceiver((response) => void response.writeHead(200).end('<html>'));
    const stand = standUp({
      alertmanagers: [manager.url.replace('http://', 'http://me:pass-word@')],
      ms: { resend: 20 },
    });
    await until(() => expect(stand.delivery.targets().alertmanagers[0]?.last_error).toMatch(/JSON/));
    expect(manager.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:pass-word').toString('base64')}`);
    expect(JSON.stringify(stand.delivery.targets()) + stand.logged()).not.toContain('pass-word');
  });
});
