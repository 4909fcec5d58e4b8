import { expect, it } from 'vitest';
import { listen, typesOf, waitFor } from '../../contract/sse/listen.js';
import { startOffice } from './office.js';

it('tells over HTTP what happens in the files, and goes on where a browser was cut off', async () => {
  const office = await startOffice();
  const url = `${office.server.http}/api/events/stream`;
  const reader = await listen(`${url}?channels=notification,agent_status`);
  expect(reader.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  const { id } = await waitFor(reader, ({ frame }) => frame.type === 'synced');
  await office.send('POST', '/api/agents/api/report', { status: 'idle' });
  await waitFor(reader, ({ id: at, frame }) => at !== null && frame.type === 'agent_status');
  reader.hangUp();
  await office.send('POST', '/api/notifications', { message: 'while nobody listened' });
  const again = await listen(`${url}?since=nonsense:1`, { 'last-event-id': id ?? '' });
  await waitFor(again, ({ frame }) => frame.type === 'synced');
  expect(again.heard[0]?.frame).toMatchObject({ data: { resumed: true } });
  expect(typesOf(again)).toEqual(expect.arrayContaining(['agent_status', 'notification']));
  const junk = await listen(url, { 'last-event-id': 'junk' });
  await waitFor(junk, ({ frame }) => frame.type === 'resync');
});

it('ends its streams when it stops, at once', async () => {
  const office = await startOffice();
  const reader = await listen(`${office.server.http}/api/events/stream`);
  await waitFor(reader, ({ frame }) => frame.type === 'synced');
  const began = Date.now();
  await office.server.stop();
  expect(Date.now() - began).toBeLessThan(2500);
  await expect.poll(() => reader.ended).toBe(true);
});

it('answers HEAD without a stream, and pages of elsewhere without leave to read', async () => {
  const office = await startOffice();
  const head = await office.send('HEAD', '/api/events/stream');
  expect([head.status, head.headers.get('content-type'), head.text]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    '',
  ]);
  const foreign = await listen(`${office.server.http}/api/events/stream`, { origin: 'http://evil.example' });
  expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
  const friend = await listen(`${office.server.http}/api/events/stream`, { origin: 'http://localhost:3000' });
  expect(friend.headers['access-control-allow-origin']).toBe('http://localhost:3000');
});
