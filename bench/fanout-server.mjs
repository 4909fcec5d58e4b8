// The serving side of the fan-out bench: the hub, a plain loop over `ws` sockets, socket.io, a broker, or a bare loop of
// socket writes. Publishes on demand and tells what it cost.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { installedBrokers, startBroker } from './fanout-brokers.mjs';
import { cpuExactlyOf, rssOf } from './server-process.mjs';

const [kind, pace] = process.argv.slice(2);
const server = createServer();
const sockets = new Set();
server.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
});

/** Where it listens, which process serves, how to publish, and how to wait until what was published has left it. */
const serving = installedBrokers().includes(kind) ? await serveByBroker() : await serveHere();
process.send({ type: 'listening', port: serving.port, pid: serving.pid });

process.on('message', (order) => void obey(order));

async function obey(order) {
  if (order.do === 'memory') {
    globalThis.gc();
    await delay(200);
    process.send({ type: 'memory', rss: rssOf(serving.pid) * 2 ** 20, clients: serving.clients() });
  } else if (order.do === 'publish') {
    process.send({ type: 'publish', ...(await measure(order)) });
  } else if (order.do === 'stop') {
    process.exit(0);
  }
}

async function measure({ burst, rate, seconds }) {
  const begun = process.hrtime.bigint();
  const cpu = cpuExactlyOf(serving.pid);
  const elapsed = () => Number(process.hrtime.bigint() - begun) / 1000;
  let bursts = 0;
  while (elapsed() < seconds * 1e6) {
    for (let i = 0; i < burst; i += 1) serving.publish(draft());
    bursts += 1;
    // As fast as it goes: when what was written has left the server. Otherwise at its time.
    if (rate === null) await serving.settled();
    else await delay(Math.max(0, (bursts / rate) * 1000 - elapsed() / 1000));
  }
  await serving.settled();
  return { events: bursts * burst, cpu_us: (cpuExactlyOf(serving.pid) - cpu) * 1000, elapsed_us: elapsed() };
}

async function serveHere() {
  const publish = await { hub: startHub, ws: startLoop, 'socket.io': startSocketIo, bare: startBare }[kind]();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 2048, resolve));
  return { port: server.address().port, pid: process.pid, publish, settled: drained, clients: () => sockets.size };
}

async function serveByBroker() {
  const { publish, ...broker } = await startBroker(kind);
  return { ...broker, publish: (event) => publish(JSON.stringify(envelope(event))), clients: () => null };
}

/** An event of about 300 bytes on the wire, with the time at which it was published in it. */
function draft() {
  const sent = String(process.hrtime.bigint());
  const data = { agent: 'builder', activity: { action: 'measured', sent, note: 'x'.repeat(80) } };
  return { type: 'agent_activity', data, at: Date.now() };
}

/** One socket may be that of a stopped client, which never takes what it gets. */
async function drained() {
  do await new Promise((resolve) => setImmediate(resolve));
  while ([...sockets].filter((socket) => socket.writableLength > 0).length > 1);
}

async function startHub() {
  const [{ createHub }, { createBus }, { emptySnapshot }, { silentLog }] = await Promise.all([
    import('../dist/src/server/ws/index.js'),
    import('../dist/src/bus/index.js'),
    import('../dist/src/protocol/index.js'),
    import('../dist/src/base/log.js'),
  ]);
  const bus = createBus({ epoch: 'bench', onSubscriberError: (error) => console.error(error) });
  const hub = createHub({
    bus,
    snapshot: emptySnapshot(),
    settings: { maxClients: 100_000 },
    version: '0',
    workspace: 'bench',
    clock: { now: Date.now },
    log: silentLog(),
    allowOrigin: () => true,
    allowHost: () => true,
    publish: () => Promise.reject(new Error('nothing is published here')),
    // A dead client is found within one run; heartbeats would be counted as deliveries.
    limits: {
      connections: { perSecond: 1e9, burst: 1e9 },
      pingMs: 8000,
      pongMs: 4000,
      heartbeatMs: 3_600_000,
      ...(pace === 'at-once' && { windowMs: 0 }),
    },
  });
  hub.attach(server);
  return (event) => bus.publish(event);
}

/** What everyone writes first: encode once, then send to each. */
async function startLoop() {
  const { WebSocketServer } = await import('ws');
  const hub = new WebSocketServer({ server, perMessageDeflate: false });
  return (event) => {
    const text = JSON.stringify(envelope(event));
    for (const client of hub.clients) client.send(text);
  };
}

/** The least: each event framed once, and one write for every socket, whatever state that is in. */
async function startBare() {
  const [{ WebSocketServer }, { frameText }] = await Promise.all([
    import('ws'),
    import('../dist/src/server/stream/frame.js'),
  ]);
  const greeter = new WebSocketServer({ server, perMessageDeflate: false });
  return (event) => {
    const frame = frameText(JSON.stringify(envelope(event)));
    if (greeter.clients.size > 0) for (const socket of sockets) socket.write(frame);
  };
}

async function startSocketIo() {
  const { Server } = await import(kind);
  const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false });
  return (event) => io.emit('event', envelope(event));
}

let seq = 0;
function envelope({ type, data, at }) {
  seq += 1;
  const timestamp = new Date(at).toISOString();
  return { type, timestamp, data, source: 'mission-control', epoch: 'bench', seq };
}
