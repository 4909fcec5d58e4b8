import { alertOf } from '../../support/alerts.js';
import { afterEach, describe, expect, it } from 'vitest';
import {
  activity,
  listen,
  metric,
  notification,
  opened,
  position,
  type Stand,
  startStand,
  status,
  typesOf,
} from './stand.js';

let stand: Stand;
afterEach(() => stand.stop());

/** An office with two agents that have a state and one that has none. */
async function startOffice(): Promise<Stand> {
  stand = await startStand();
  for (const draft of [status('tester'), status('api', { n: 1 }), status('auditor', null), position('desk')]) {
    stand.publish(draft);
  }
  return stand;
}

describe('a client of the old backend', () => {
  it('hears the office, then the agents with a state by id, then live events of all types', async () => {
    await startOffice();
    const client = listen(stand.url);
    await client.until(({ data }) => data?.agent === 'tester');
    expect(client.frames.map(({ type, data }) => [type, data.agent ?? null])).toEqual([
      ['agent_position', null],
      ['agent_status', 'api'],
      ['agent_status', 'tester'],
    ]);
    expect(client.frames[1]).toMatchObject({
      source: 'mission-control',
      data: { agent: 'api', state: { n: 1 }, status: 'busy' },
    });
    expect(client.frames[1]).not.toHaveProperty('seq');
    expect(client.frames[1]?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

    stand.publish(activity('api', 'thinking'));
    stand.publish(metric('cpu', 3));
    stand.publish(notification('n1'));
    stand.publish({ type: 'notification_ack', data: { id: 'n1', acknowledged_at: 'now' }, at: 0 });
    stand.publish({ type: 'alert', data: alertOf(), at: 0 });
    stand.publish({ type: 'agent_removed', data: { agent: 'tester' }, at: 0 });
    await client.untilType('agent_removed');
    expect(typesOf(client).slice(3)).toEqual([
      'agent_activity',
      'system_metric',
      'notification',
      'notification_ack',
      'alert',
      'agent_removed',
    ]);
    expect(client.frames[3]).toMatchObject({ epoch: 'first', seq: 5, source: 'mission-control' });
    expect(Object.keys(client.frames[3] ?? {})).toEqual(['type', 'timestamp', 'data', 'source', 'epoch', 'seq']);
  });

  it('hears no office when there is no office file, and no heartbeat on connect', async () => {
    stand = await startStand();
    stand.publish(status('api'));
    const client = listen(stand.url);
    await client.untilType('agent_status');
    client.send({ type: 'ping' });
    await client.untilType('pong');
    expect(typesOf(client)).toEqual(['agent_status', 'pong']);
  });

  it('never gets an agent without a state, live neither', async () => {
    await startOffice();
    const client = await opened(`${stand.url}/any/path`);
    await client.untilType('agent_status');
    stand.publish(status('auditor', null));
    stand.publish(status('auditor', { n: 2 }));
    await client.until(({ data }) => data?.agent === 'auditor');
    expect(client.frames.filter(({ data }) => data?.agent === 'auditor')).toHaveLength(1);
    expect(client.frames.at(-1)?.data.state).toEqual({ n: 2 });
  });

  it('gets the answers of the contract', async () => {
    await startOffice();
    const client = await opened(stand.url);
    client.send({ type: 'ping' });
    for (const channel of ['agent_status', 'metrics', 'notifications']) client.send({ type: 'subscribe', channel });
    client.send({ type: 'request_agent_status', agent_id: 'api' });
    client.send({ type: 'request_agent_status', agent_id: 'nobody' });
    client.send({ type: 'request_agent_status', agent_id: 'auditor' });
    client.send({ type: 'subscribe', channel: 'last' });
    await client.until(({ channel }) => channel === 'last');
    const answers = client.frames.slice(3);
    expect(Object.keys(answers[0] ?? {}).sort()).toEqual(['timestamp', 'type']);
    expect(answers.slice(1, 4)).toEqual([
      { type: 'subscribed', channel: 'agent_status' },
      { type: 'subscribed', channel: 'metrics' },
      { type: 'subscribed', channel: 'notifications' },
    ]);
    expect(answers[4]).toMatchObject({ type: 'agent_status', data: { agent: 'api', state: { n: 1 } } });
    expect(answers).toHaveLength(6);

    stand.publish(metric('cpu', 1));
    stand.publish(activity('api', 'still everything'));
    await client.untilType('agent_activity');
    expect(typesOf(client).slice(-2)).toEqual(['system_metric', 'agent_activity']);
  });

  it('hears nothing of junk, and lives on', async () => {
    await startOffice();
    const client = await opened(stand.url);
    await client.until(({ data }) => data?.agent === 'tester');
    for (const junk of ['', '{', '[]', '17', 'null', '"x"', '{"type":7}', '{"type":"dance"}', '['.repeat(100_000)]) {
      client.send(junk);
    }
    client.ws.send(Buffer.from([0, 255, 1]));
    client.send({ type: 'publish', event: 'notification', data: {} });
    client.send({ type: 'ping' });
    await client.untilType('pong');
    expect(typesOf(client).slice(3)).toEqual(['pong']);
  });

  it('one broken agent never cuts the greeting short', async () => {
    await startOffice();
    stand.publish(status('broken', { deep: ['x', null, { $truncated: true }] }));
    const client = listen(stand.url);
    await client.until(({ data }) => data?.agent === 'tester');
    expect(client.frames.map(({ data }) => data.agent)).toEqual([undefined, 'api', 'broken', 'tester']);
  });
});
