import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { workspaceLayout } from '../../../src/base/index.js';
import type { McEvent } from '../../../src/protocol/index.js';
import { makePlace, mc, type Place, type Running, run, runJson, type Served, serve } from './mc.js';

let place: Place;
let served: Served;
let tails: Running[] = [];
beforeAll(async () => {
  place = await makePlace();
  served = await serve(place);
});
afterEach(async () => {
  for (const tail of tails) tail.kill('SIGKILL');
  await Promise.all(tails);
  tails = [];
});
afterAll(async () => {
  await served.end();
  await place.clear();
});

/** Starts a tail and waits until it is live. */
async function tail(...args: string[]) {
  const child = mc(place, ['events', 'tail', '--json', '-w', place.office, ...args]);
  tails.push(child);
  const seen = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => (seen.out += String(chunk)));
  child.stderr?.on('data', (chunk) => (seen.err += String(chunk)));
  await vi.waitFor(() => expect(seen.err).toContain('live'), { timeout: 10_000 });
  return {
    child,
    notes: () => seen.err,
    events: () =>
      seen.out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as McEvent),
  };
}

/** The server once more, behind a line that can be cut: its answers and its stream go through it. */
async function brittleLine({ http, ws }: Served['ready']) {
  const open = new Set<Socket>();
  let whole = true;
  const line = createTcpServer((socket) => {
    if (!whole) return void socket.destroy();
    const onward = connect(Number(new URL(ws).port), '127.0.0.1');
    for (const end of [socket, onward]) {
      open.add(end);
      end.on('error', () => end.destroy());
    }
    socket.pipe(onward).pipe(socket);
  });
  const stream = `ws://127.0.0.1:${await listen(line)}`;
  const pass = async (path: string, reply: ServerResponse) => {
    const answer = (await (await fetch(http + path)).json()) as object;
    reply.setHeader('content-type', 'application/json');
    reply.end(JSON.stringify(path.startsWith('/api/identity?') ? { ...answer, stream } : answer));
  };
  const front = createServer((request, reply) => {
    if (whole) void pass(request.url ?? '/', reply);
    else reply.destroy();
  });
  front.on('connection', (socket) => open.add(socket));
  const cut = () => {
    whole = false;
    for (const end of open) end.destroy();
  };
  return {
    http: `http://127.0.0.1:${await listen(front)}`,
    cut,
    mend: () => (whole = true),
    close() {
      cut();
      line.close();
      front.close();
    },
  };
}

async function listen(server: TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const say = async (message: string) => {
  expect((await run(place, ['notify', message, '-w', place.office])).status).toBe(0);
};
const messages = (events: McEvent[]) =>
  events.flatMap((event) => (event.type === 'notification' ? event.data.message : []));

describe('mc events tail', () => {
  it('tells events one a line, and ends by itself at its limit', async () => {
    const { child, events } = await tail('--type', 'notification', '--limit', '2');
    for (const message of ['one', 'two']) await say(message);
    expect((await child).exitCode).toBe(0);
    expect(messages(events())).toEqual(['one', 'two']);
    expect(events()[0]).toMatchObject({ type: 'notification', source: 'mission-control', seq: expect.any(Number) });
  });

  it('begins after a position', async () => {
    const { json } = await runJson(place, ['status', '-w', place.office]);
    await say('missed');
    await say('and this');
    const since = `${json.position.epoch}:${json.position.seq}`;
    const { child, events } = await tail('--since', since, '--type', 'notification', '--limit', '2');
    expect((await child).exitCode).toBe(0);
    expect(messages(events())).toEqual(['missed', 'and this']);
  });

  it('tells only of one agent', async () => {
    const state = join(workspaceLayout(place.office).agents, 'newcomer', 'state.json');
    expect((await run(place, ['agents', 'add', 'newcomer', '-w', place.office])).status).toBe(0);
    await vi.waitFor(
      async () => expect((await run(place, ['agents', 'show', 'newcomer', '-w', place.office])).status).toBe(0),
      { timeout: 20_000 },
    );
    const { child, events } = await tail('--agent', 'newcomer', '--limit', '1');
    await say('not of it');
    await writeFile(state, '{"status":"busy"}');
    expect((await child).exitCode).toBe(0);
    expect(events()).toMatchObject([{ type: 'agent_status', data: { agent: 'newcomer' } }]);
  });

  it('finds the stream of a server that is named by its URL only', async () => {
    const { json } = await runJson(place, ['status', '-w', place.office]);
    const there = ['--server', served.ready.http];
    await say('over there');
    const since = `${json.position.epoch}:${json.position.seq}`;
    const only = ['--type', 'notification', '--limit', '1'];
    const { status, out } = await run(place, ['events', 'tail', '--since', since, ...only, ...there]);
    expect(status).toBe(0);
    expect(out).toContain('over there');
  });

  it('ends with 130 on SIGINT', async () => {
    const { child } = await tail();
    child.kill('SIGINT');
    expect((await child).exitCode).toBe(130);
  });

  it('ends quietly when its reader leaves', async () => {
    const { child, notes } = await tail();
    child.stdout?.destroy();
    await say('nobody reads this');
    await say('nor this');
    expect((await child).exitCode).toBe(0);
    expect(notes()).not.toContain('EPIPE');
  });

  it('misses nothing and tells nothing twice over a lost connection', async () => {
    const line = await brittleLine(served.ready);
    const { events } = await tail('--type', 'notification', '--server', line.http);
    await say('before the cut');
    await vi.waitFor(() => expect(events()).toHaveLength(1));
    line.cut();
    for (const message of ['in the dark', 'still dark']) await say(message);
    line.mend();
    const all = ['before the cut', 'in the dark', 'still dark'];
    await vi.waitFor(() => expect(messages(events())).toEqual(all), { timeout: 10_000 });
    line.close();
  });

  it('goes on with the next server after a restart', async () => {
    const { child, events, notes } = await tail('--type', 'notification');
    await say('before');
    const ports = ['--port', new URL(served.ready.http).port, '--ws-port', new URL(served.ready.ws).port];
    expect(await served.end()).toBe(0);
    served = await serve(place, ports);
    await vi.waitFor(() => expect(notes().split('live').length).toBeGreaterThan(2), { timeout: 15_000 });
    await say('after');
    await vi.waitFor(() => expect(messages(events())).toEqual(['before', 'after']), { timeout: 10_000 });
    child.kill('SIGINT');
    await child;
  });

  it.each([[['--since', '24h']], [['--type', 'nonsense']], [['--limit', '0']]])('refuses %j', async (args) => {
    expect((await run(place, ['events', 'tail', ...args, '-w', place.office])).status).toBe(2);
  });
});
