import { connect } from 'node:net';
import * as fc from '../../support/property.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Office, startSharedOffice } from './office.js';

/** `MC_TEST_RUNS` multiplies: 100 makes 20,000 frames. */
const FRAMES = 200 * Number(process.env.MC_TEST_RUNS ?? 1);
const FRAMES_A_CLIENT = { minLength: 5, maxLength: 15 };
/** How a client may find its connection ended for what it sent: broken protocol, bad text, too large, too many. */
const CLOSES = [1002, 1003, 1006, 1007, 1009, 4429];

let office: Office;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ office, stop } = await startSharedOffice());
});
afterAll(() => stop());

const type = fc.constantFrom(
  'ping',
  'subscribe',
  'unsubscribe',
  'request_agent_status',
  'auth',
  'publish',
  'hello',
  '',
  '__proto__',
);
const word = fc.oneof(
  fc.constantFrom('api', 'builder', '*', 'agent_status', 'notification', 'agent_activity', '../..', '__proto__', '\0'),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.anything({ maxDepth: 2 }),
);
const frame = fc.oneof(
  fc
    .record(
      {
        type,
        channel: word,
        channels: fc.array(word),
        agents: fc.array(word),
        agent_id: word,
        token: word,
        id: word,
        event: word,
        data: fc.dictionary(fc.string(), word),
      },
      { requiredKeys: ['type'] },
    )
    .map((fields) => textOf(fields)),
  fc
    .record({ status: word, agent: word, message: word, activity: word, title: word }, { requiredKeys: [] })
    .chain((data) =>
      fc
        .constantFrom('agent_status', 'agent_activity', 'notification')
        .map((event) => textOf({ type: 'publish', event, id: 1, data })),
    ),
  fc.json({ maxDepth: 4 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '{',
    '[]',
    'null',
    `{"type":"publish","event":"notification","data":{"message":"m","data":${'['.repeat(5000)}${']'.repeat(5000)}}}`,
  ),
  fc.uint8Array({ maxLength: 200 }),
);

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    // A BigInt, or an object with a toJSON of its own.
    return '{"type":"ping","odd":true}';
  }
}

/** Sends frames, then a ping; resolves when that is answered or the connection has ended. */
function send(query: string, frames: readonly (string | Uint8Array)[]): Promise<'answered' | number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(office.server.ws + query);
    const late = setTimeout(() => reject(new Error('neither answered nor closed')), 15_000);
    const end = (outcome: 'answered' | number) => {
      clearTimeout(late);
      socket.terminate();
      resolve(outcome);
    };
    socket.on('open', () => {
      for (const item of frames) socket.send(item);
      socket.send('{"type":"request_agent_status","agent_id":"api"}');
      socket.send('{"type":"ping"}');
    });
    let pongs = 0;
    const wanted = 1 + frames.filter((item) => isPing(item)).length;
    socket.on('message', (data) => {
      const told = JSON.parse(String(data)) as { type: string };
      expect(JSON.stringify(told)).not.toContain('root:x:0');
      if (told.type === 'error') expect(told).not.toMatchObject({ data: { code: 'internal' } });
      if (told.type === 'pong') pongs += 1;
      if (pongs === wanted) end('answered');
    });
    socket.on('close', (code) => end(code));
    socket.on('error', () => end(1006));
  });
}

function isPing(item: string | Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(typeof item === 'string' ? item : '');
    return (
      typeof value === 'object' && value !== null && !Array.isArray(value) && 'type' in value && value.type === 'ping'
    );
  } catch {
    return false;
  }
}

describe('frames of every kind', () => {
  it('are answered, passed over, or end their own connection', { timeout: 60_000 + FRAMES * 30 }, async () => {
    const query = fc.constantFrom(
      '',
      '/',
      '/?channels=*',
      '/?channels=agent_status&agents=api',
      '/?since=x:1',
      '/?channels=%00',
    );
    await fc.assert(
      fc.asyncProperty(query, fc.array(frame, FRAMES_A_CLIENT), async (where, frames) => {
        const outcome = await send(where, frames);
        expect(['answered', ...CLOSES]).toContain(outcome);
      }),
      { numRuns: Math.ceil(FRAMES / FRAMES_A_CLIENT.minLength) },
    );
    expect((await office.get('/api/health')).body.status).toBe('healthy');
    await expect.poll(async () => (await office.get('/api/websocket/status')).body.connected_clients).toBe(0);
  });

  it('even when they are no frames at all', { timeout: 60_000 + FRAMES * 30 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 100 }), { maxLength: 5 }), async (chunks) => {
        await sendBytes(chunks);
      }),
      { numRuns: Math.ceil(FRAMES / 10) },
    );
    expect(await send('', [])).toBe('answered');
    await expect.poll(async () => (await office.get('/api/websocket/status')).body.connected_clients).toBe(0);
  });
});

/** Shakes hands, sends bytes, hangs up. */
function sendBytes(chunks: readonly Uint8Array[]): Promise<void> {
  const { hostname, port } = new URL(office.server.ws);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `GET / HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
      );
    });
    socket.once('data', () => {
      for (const chunk of chunks) socket.write(chunk);
      socket.end();
    });
    socket.on('data', () => {});
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
    setTimeout(() => socket.destroy(), 10_000).unref();
  });
}
