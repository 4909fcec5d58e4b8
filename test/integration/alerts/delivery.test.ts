import { setImmediate } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { newSigningSecret } from '../../../src/alerts/delivery/target-file.js';
import { type Stand, standUp, until } from '../../support/delivery.js';
import { firingAlert } from '../../support/firing.js';
import { startReceiver } from '../../support/receiver.js';

const MINUTE = 60_000;

/** The last attempt has ended, and it ended badly. */
function failedNow({ delivery, now }: Stand): void {
  expect(delivery.targets().targets[0]?.last_error_at).toBe(new Date(now()).toISOString());
}

describe('delivery', () => {
  it('tells a webhook that an alert fires and that it is over, signed with both secrets', async () => {
    const receiver = await startReceiver();
    const secrets = [newSigningSecret(), newSigningSecret()];
    const stand = standUp({ targets: [{ name: 'ops', url: `${receiver.url}/in`, private: true, secret: secrets }] });
    const alert = firingAlert();
    stand.fire(alert);
    await until(() => expect(stand.states()).toEqual(['ops firing delivered']));
    stand.pass(MINUTE);
    stand.resolve(alert);
    await until(() => expect(stand.states()).toEqual(['ops firing delivered', 'ops resolved delivered']));
    const [first, second] = receiver.received;
    expect(first?.json).toMatchObject({
      type: 'alert.firing',
      timestamp: '2026-11-28T12:00:00.000Z',
      data: { id: alert.id, rule: 'agent_error', agent: 'web-1', host: 'host-1', summary: 'web-1 is in error' },
    });
    expect(second?.json).toMatchObject({ type: 'alert.resolved', data: { id: alert.id, state: 'resolved' } });
    expect(second?.headers['webhook-id']).toBe(`${String(first?.headers['webhook-id'])}|resolved`);
    for (const secret of secrets) {
      const webhook = new Webhook(secret);
      // The library holds the time against the real clock, which is not that of this test.
      const signed = webhook.sign(
        String(first?.headers['webhook-id']),
        new Date('2026-11-28T12:00:00Z'),
        first?.body ?? '',
      );
      expect(String(first?.headers['webhook-signature']).split(' ')).toContain(signed);
    }
    expect(stand.delivery.figures().outcomes).toEqual([{ target: 'ops', outcome: 'delivered', count: 2 }]);
  });

  it('sends to each target what it asks to hear of', async () => {
    const receiver = await startReceiver();
    const target = (name: string, more: object) => ({ name, url: `${receiver.url}/${name}`, private: true, ...more });
    const stand = standUp({
      targets: [
        target('all', { level: 'info' }),
        target('loud', { level: 'critical' }),
        target('rules', { rules: ['disk_low'] }),
        target('agents', { agents: ['web-*'] }),
        target('paused', { paused: true }),
      ],
    });
    stand.fire(
      firingAlert({ severity: 'warning' }),
      firingAlert({ rule: 'disk_low', agent: null, severity: 'critical' }),
    );
    await until(() =>
      expect(stand.states().sort()).toEqual(
        [
          'agents firing delivered',
          'all firing delivered',
          'all firing delivered',
          'loud firing delivered',
          'rules firing delivered',
        ].map((state, at) => (at === 2 ? 'all firing waiting' : state)),
      ),
    );
    stand.pass(1000);
    await until(() => expect(receiver.received).toHaveLength(5));
  });

  it.each([500, 503, 408, 302])('tries again after %i, later and later, and then it arrives', async (status) => {
    const receiver = await startReceiver((response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/secret-place' }).end('not now');
    });
    const stand = standUp({ targets: [{ name: 'ops', url: receiver.url, private: true }] });
    stand.fire(firingAlert());
    const attempts = (count: number) =>
      until(() => {
        expect(receiver.received).toHaveLength(count);
        expect(stand.delivery.deliveries({}).deliveries[0]).toMatchObject({
          attempts: count,
          last_error: expect.stringContaining(`${status}`),
        });
        failedNow(stand);
      });
    await attempts(1);
    stand.pass(9000);
    stand.pass(1000);
    await attempts(2);
    stand.pass(30_000);
    await attempts(3);
    receiver.answer(204);
    stand.pass(2 * MINUTE);
    await until(() => expect(stand.states()).toEqual(['ops firing delivered']));
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(JSON.stringify(stand.delivery.deliveries({}))).not.toContain('secret-place');
  });

  it('logs once that a target fails, and again when it fails after it has recovered', async () => {
    const receiver = await startReceiver(403);
    const stand = standUp({ targets: [{ name: 'ops', url: `${receiver.url}/in`, private: true }] });
    const logged = () => stand.logged().split('does not take what it is sent').length - 1;
    const outcomes = ['refused', 'refused', 'delivered', 'refused'];
    for (const [at, logs] of [1, 1, 1, 2].entries()) {
      receiver.answer(outcomes[at] === 'delivered' ? 204 : 403);
      stand.fire(firingAlert({ id: `alert-${at}` }));
      const wanted = outcomes.slice(0, at + 1).map((outcome) => `ops firing ${outcome}`);
      await until(() => expect(stand.states()).toEqual(wanted));
      expect(logged()).toBe(logs);
      stand.pass(MINUTE);
    }
  });

  it('waits as long as Retry-After asks', async () => {
    const receiver = await startReceiver((response) => void response.writeHead(429, { 'retry-after': '90' }).end());
    const stand = standUp({ targets: [{ name: 'ops', url: receiver.url, private: true }] });
    stand.fire(firingAlert());
    const next = () => stand.delivery.deliveries({}).deliveries[0]?.next_at;
    await until(() => expect(next()).toBe(new Date(stand.now() + 90_000).toISOString()));
  });

  it.each([400, 401, 404])('gives up at once after %i, and says why to everyone', async (status) => {
    const receiver = await startReceiver((response) => void response.writeHead(status).end('no such hook'));
    const stand = standUp({ targets: [{ name: 'ops', url: receiver.url, private: true }] });
    stand.fire(firingAlert());
    await until(() => expect(stand.states()).toEqual(['ops firing refused']));
    expect(stand.notified).toMatchObject([
      {
        level: 'error',
        message: `the alert agent_error did not reach the target ops: it answered ${status}: no such hook`,
      },
    ]);
    receiver.answer(204);
    const [row] = stand.delivery.deliveries({ failed: true }).deliveries;
    expect(row).toMatchObject({ state: 'refused', next_at: null });
    stand.pass(1000);
    expect(stand.delivery.retry(row?.id ?? 0)).toMatchObject({ state: 'waiting' });
    await until(() => expect(stand.states()).toEqual(['ops firing delivered']));
    expect(() => stand.delivery.retry(row?.id ?? 0)).toThrow('is delivered: it is not sent again');
    expect(() => stand.delivery.retry(999)).toThrow('there is no delivery 999');
  });

  it('switches a target off that answers 410, until a test arrives', async () => {
    const receiver = await startReceiver(410);
    const stand = standUp({ targets: [{ name: 'ops', url: receiver.url, private: true }] });
    stand.fire(firingAlert());
    await until(() => expect(stand.states()).toEqual(['ops firing refused']));
    stand.pass(MINUTE);
    stand.fire(firingAlert({ agent: 'web-2' }));
    expect(stand.delivery.health()).toBe('target ops is off: it answered 410');
    expect(stand.delivery.targets().targets[0]).toMatchObject({ off: 'it answered 410', last_success_at: null });
    expect(await stand.delivery.test('ops')).toMatchObject({ success: false, error: 'it answered 410' });
    receiver.answer(200);
    expect(await stand.delivery.test('ops')).toMatchObject({ success: true, target: 'ops', error: null });
    expect(stand.delivery.health()).toBeNull();
    stand.fire(firingAlert({ agent: 'web-3' }));
    await until(() => expect(stand.states()).toEqual(['ops firing refused', 'ops firing delivered']));
  });

  it('gives up after a day, and that is a notification', async () => {
    const stand = standUp({ targets: [{ name: 'ops', url: 'http://127.0.0.1:1/', private: true }], ms: { rest: 1 } });
    stand.fire(firingAlert());
    for (let hour = 0; hour < 40 && stand.notified.length === 0; hour += 1) {
      const before = stand.delivery.deliveries({}).deliveries[0]?.attempts ?? 0;
      stand.pass(61 * MINUTE);
      await until(() => {
        expect(stand.delivery.deliveries({}).deliveries[0]?.attempts).toBe(before + 1);
        failedNow(stand);
      });
    }
    expect(stand.states()).toEqual(['ops firing gave_up']);
    expect(stand.notified[0]?.message).toMatch(
      /^the alert agent_error did not reach the target ops: it was tried for a day: nothing listens there/,
    );
    expect(stand.delivery.deliveries({ failed: true }).deliveries).toHaveLength(1);
  });

  it('says nothing of what was over, silenced or acknowledged before it left', async () => {
    const receiver = await startReceiver(503);
    const stand = standUp({ targets: [{ name: 'ops', url: receiver.url, private: true }], start: false });
    const [over, silenced, known] = ['a', 'b', 'c'].map((agent) => firingAlert({ agent }));
    stand.fire(over as never, silenced as never, known as never);
    stand.resolve(over as never);
    const until_ = new Date(stand.now() + MINUTE).toISOString();
    stand.change([
      {
        alert: { ...(silenced as ReturnType<typeof firingAlert>), silenced_until: until_ },
        kind: 'changed',
        tell: false,
      },
      {
        alert: { ...(known as ReturnType<typeof firingAlert>), acknowledged_at: until_ },
        kind: 'changed',
        tell: false,
      },
    ]);
    stand.delivery.start();
    await until(() => expect(stand.states()).toEqual(Array(3).fill('ops firing dropped')));
    // When the silence ends it is told after all.
    stand.change([{ alert: silenced as ReturnType<typeof firingAlert>, kind: 'changed' }]);
    receiver.answer(200);
    await until(() => expect(stand.states().at(-1)).toBe('ops firing delivered'));
    expect(receiver.received.map(({ json }) => json.data.agent)).toEqual(['b']);
  });

  it('tells that an alert is over to whoever may have heard that it fires', async () => {
    const receiver = await startReceiver((response) => response.destroy());
    const stand = standUp({ targets: [{ name: 'ops', url: receiver.url, private: true }] });
    const alert = firingAlert();
    stand.fire(alert);
    await until(() => expect(stand.delivery.deliveries({}).deliveries[0]?.last_error).toMatch(/it hung up/));
    receiver.answer(200);
    stand.pass(2000);
    stand.resolve(alert);
    await until(() => expect(stand.states()).toEqual(['ops firing dropped', 'ops resolved delivered']));
  });

  it('sends a burst as one digest, and a few of one rule together', async () => {
    const receiver = await startReceiver();
    const stand = standUp({ targets: [{ name: 'ops', url: receiver.url, private: true }] });
    stand.fire(...Array.from({ length: 10 }, (_, at) => firingAlert({ agent: `web-${at}` })));
    await until(() => expect(receiver.received).toHaveLength(1));
    expect(receiver.received[0]?.json).toMatchObject({ type: 'alert.digest', data: { total: 10 } });
    stand.pass(5 * MINUTE);
    const burst = (from: number, to: number) => {
      for (let at = from; at < to; at += 1) stand.fire(firingAlert({ agent: `db-${at}`, rule: `rule_${at % 7}` }));
    };
    // The watch takes in a fleet that fails as a whole over several looks.
    burst(0, 200);
    await setImmediate();
    await setImmediate();
    stand.pass(1000);
    burst(200, 1000);
    stand.pass(2000);
    await until(() => expect(new Set(stand.states())).toEqual(new Set(['ops firing delivered'])));
    expect(receiver.received.slice(1).map(({ json }) => json.data.total)).toEqual([1000]);
    expect(receiver.received.at(-1)?.json.data.alerts).toHaveLength(100);
  });

  it('holds all but what is critical in quiet hours, and tells the rest at their end', async () => {
    const receiver = await startReceiver();
    const stand = standUp({
      targets: [{ name: 'ops', url: receiver.url, private: true, quiet: '22:00-07:00 UTC' }],
      now: Date.parse('2026-11-28T23:00:00Z'),
    });
    const alerts = ['a', 'b', 'c'].map((agent) => firingAlert({ agent }));
    for (const alert of alerts) stand.fire(alert);
    stand.fire(firingAlert({ agent: 'd', severity: 'critical' }));
    await until(() => expect(receiver.received.map(({ json }) => json.data.agent)).toEqual(['d']));
    expect(stand.states().filter((state) => state === 'ops firing held')).toHaveLength(3);
    stand.resolve(alerts[0] as never);
    stand.pass(9 * 60 * MINUTE);
    await until(() => expect(receiver.received).toHaveLength(2));
    const told = receiver.received[1]?.json;
    expect([told.type, told.data.alerts.map(({ agent }: { agent: string }) => agent)]).toEqual([
      'alert.digest',
      ['b', 'c'],
    ]);
  });

  it('is not held up by a target that hangs, nor by one that answers without end', async () => {
    const [dead, endless, well] = [await startReceiver(() => {}), await startReceiver(), await startReceiver()];
    endless.answer((response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      response.on('error', () => {});
      more();
    });
    const targets = Object.entries({ dead, endless, well }).map(([name, { url }]) => ({ name, url, private: true }));
    const stand = standUp({ targets, ms: { attempt: 300 } });
    for (let round = 1; round <= 3; round += 1) {
      stand.fire(firingAlert({ agent: `web-${round}` }));
      await until(() => expect(well.received).toHaveLength(round));
      stand.pass(1000);
    }
    await until(() => {
      const rows = stand.delivery.deliveries({}).deliveries;
      expect(rows.some((row) => row.target === 'dead' && row.last_error === 'no answer in time')).toBe(true);
      expect(rows.some((row) => row.target === 'endless' && /^it answered 500: x+…$/.test(row.last_error ?? ''))).toBe(
        true,
      );
    });
  });

  it('leaves a target alone that failed five times in a row', async () => {
    const receiver = await startReceiver(500);
    const stand = standUp({ targets: [{ name: 'ops', url: receiver.url, private: true }] });
    for (let at = 0; at < 8; at += 1) {
      stand.fire(firingAlert({ agent: `web-${at}`, rule: `rule_${at}` }));
      stand.pass(1000);
      if (at < 5) await until(() => expect(receiver.received.length).toBeGreaterThan(at));
    }
    await until(() =>
      expect(
        stand.delivery.deliveries({}).deliveries.filter(({ last_error }) => last_error !== null).length,
      ).toBeGreaterThan(3),
    );
    expect(receiver.received).toHaveLength(5);
  });

  it('sends what waited when it was stopped, and drops what waits for a target that is gone', async () => {
    const receiver = await startReceiver(() => {});
    const target = { name: 'ops', url: receiver.url, private: true };
    const stand = standUp({ targets: [target, { ...target, name: 'old' }] });
    stand.fire(firingAlert());
    await until(() => expect(receiver.received).toHaveLength(2));
    await stand.close();
    receiver.answer(204);
    const again = standUp({ targets: [target], database: stand.database, now: stand.now() + MINUTE });
    await until(() => expect(again.states()).toEqual(['ops firing delivered', 'old firing dropped']));
    expect(receiver.received).toHaveLength(3);
    expect(receiver.received[2]?.headers['webhook-id']).toBe(receiver.received[0]?.headers['webhook-id']);
  });

  it('sends a proof to a target at which nothing arrived for a week', async () => {
    const receiver = await startReceiver();
    const day = 24 * 60 * MINUTE;
    const targets = [{ name: 'ops', url: receiver.url, private: true, level: 'critical' }];
    const stand = standUp({ targets });
    await stand.close();
    expect(receiver.received).toHaveLength(0);
    const soon = standUp({ targets, database: stand.database, now: stand.now() + 6 * day });
    await soon.close();
    const later = standUp({ targets, database: stand.database, now: stand.now() + 8 * day });
    await until(() => expect(later.states()).toEqual(['ops test delivered']));
    expect(receiver.received[0]?.json).toMatchObject({ type: 'test', data: { rule: 'canary', severity: 'info' } });
  });
});
