// How much it costs to give one event to many clients. Server and load run in processes of their own, each on its own core;
// the same bursts go through the hub, through a plain loop of `ws` sends, and through socket.io, nats-server and mosquitto
// where they are installed; events one by one also through a bare loop of socket writes, which is the least it can cost.
// Prints JSON.
//   node bench/fanout.mjs [--seconds 8] [--turns 16] [--only burst10,stopped,storm]
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { ask, heard, pin, startChild } from './children.mjs';
import { installedBrokers } from './fanout-brokers.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    turns: { type: 'string', default: '16' },
    only: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
/** Turns per server and scene: ratios are medians over them. */
const TURNS = Number(values.turns);

/**
 * Clients, events in a burst, bursts a second (null: as fast as they are delivered). Without `window` each tick is written
 * at once; `oneCore`: server and load take turns on one. What a delivery costs is told best by a server that is kept busy:
 * one that rests between bursts finds its caches cold, whatever it does with them.
 */
const SCENES = {
  burst10: { clients: 1000, burst: 10, rate: null, window: false },
  single: { clients: 1000, burst: 1, rate: null, window: false },
  single_one_core: { clients: 1000, burst: 1, rate: null, window: false, oneCore: true },
  calm: { clients: 1000, burst: 1, rate: 20 },
  busy: { clients: 1000, burst: 1, rate: 200 },
  many: { clients: 5000, burst: 10, rate: null, window: false },
};
const SERVER_CORE = 0;
const LOAD_CORE = 1;
const servers = [
  'hub',
  'ws',
  ...(installed('socket.io') && installed('socket.io-client') ? ['socket.io'] : []),
  ...installedBrokers(),
];
/** Where each event is written by itself the write is nearly all of the cost: a loop of nothing else shows what is left to win. */
const serversOf = ({ burst, rate }) => (burst === 1 && rate === null ? [...servers, 'bare'] : servers);

const figures = { node: process.version, seconds, event_bytes: 300, scenes: {} };
for (const [name, scene] of Object.entries(SCENES)) {
  if (values.only && !values.only.split(',').includes(name)) continue;
  const results = await compare(scene);
  figures.scenes[name] = { ...scene, ...results.of, cpu_ratio_to: results.ratios };
}
if (!values.only || values.only.split(',').includes('stopped')) figures.stopped = await stopped();
if (!values.only || values.only.split(',').includes('storm')) figures.storm = await storm();
console.log(JSON.stringify(figures, null, 2));

function installed(name) {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The hub's cost against another's, turn by turn: what else this machine does falls on neighbouring turns alike. */
function ratio(ours, theirs) {
  const ratios = ours.map(({ cpu_us, events }, turn) => {
    const other = theirs[turn];
    return cpu_us / events / (other.cpu_us / other.events);
  });
  const sorted = ratios.sort((a, b) => a - b);
  return { median: round3(at(sorted, 0.5)), low: round3(sorted[0]), high: round3(sorted.at(-1)) };
}

function at(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** One scene against every server, in short turns one after the other, so that what else this machine does hurts all alike. */
async function compare(scene) {
  const kinds = serversOf(scene);
  const stands = {};
  for (const kind of kinds) stands[kind] = await connectAll(kind, scene);
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const kind of kinds) await publish(stands[kind], scene, seconds / TURNS);
  }
  const turns = Object.fromEntries(kinds.map((kind) => [kind, stands[kind].turns]));
  const of = {};
  for (const kind of kinds) of[kind] = await finish(stands[kind], scene);
  const others = kinds.filter((kind) => kind !== 'hub');
  return { of, ratios: Object.fromEntries(others.map((kind) => [kind, ratio(turns.hub, turns[kind])])) };
}

/** 20 events a second to 100 clients, while 1,000 more connect at once; the 100 tell how late their events were. */
async function storm() {
  const scene = { clients: 100, burst: 1, rate: 20 };
  const stand = await connectAll('hub', scene);
  await publish(stand, scene, seconds);
  const calm = await report(stand.load, stand.sent.events * scene.clients);
  await ask(stand.load, { do: 'reset' });
  const crowd = startChild('fanout-load.mjs', 'hub');
  pin(crowd.pid, LOAD_CORE);
  const begun = performance.now();
  const order = { do: 'connect', port: stand.port, clients: 1000, together: true };
  const connected = ask(crowd, order, 'connected').then(() => performance.now() - begun);
  stand.sent = { events: 0, cpu_us: 0, elapsed_us: 0 };
  await publish(stand, scene, seconds);
  const stormy = await report(stand.load, stand.sent.events * scene.clients);
  const tookMs = await connected;
  for (const process of [stand.server, stand.load, crowd]) process.kill();
  return { connections: 1000, connected_ms: round(tookMs), without: calm, during: stormy };
}

async function report(load, expected) {
  const { frames, p50, p99 } = await ask(load, { do: 'report', expected });
  return { complete: frames === expected, latency_p50_ms: p50, latency_p99_ms: p99 };
}

/** The same scene without and with one more client whose process is stopped: nobody else may notice. */
async function stopped() {
  const scene = { clients: 1000, burst: 10, rate: 20 };
  const without = await connectAll('hub', scene);
  const beside = await connectAll('hub', scene);
  const victim = await stopOne('hub', beside.port);
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const stand of [without, beside]) await publish(stand, scene, seconds / TURNS);
  }
  const end = await gone(beside.server, victim, scene.clients);
  const figures = { without: await finish(without, scene), beside: { ...(await finish(beside, scene)), ...end } };
  return { ...figures, p99_ratio: round3(figures.beside.latency_p99_ms / figures.without.latency_p99_ms) };
}

/** A server with all its clients, warmed up. */
async function connectAll(kind, scene) {
  const server = startChild('fanout-server.mjs', kind, ...(scene.window === false ? ['at-once'] : []));
  const { port, pid } = await heard(server, 'listening');
  const load = startChild('fanout-load.mjs', kind);
  pin(server.pid, LOAD_CORE);
  pin(load.pid, scene.oneCore ? SERVER_CORE : LOAD_CORE);
  pin(pid, SERVER_CORE);
  const idle = await ask(server, { do: 'memory' });
  await ask(load, { do: 'connect', port, clients: scene.clients }, 'connected');
  const connected = await ask(server, { do: 'memory' });
  const stand = { server, load, port, idle, connected, turns: [], sent: { events: 0, cpu_us: 0, elapsed_us: 0 } };
  await publish(stand, scene, 1);
  await ask(load, { do: 'reset' });
  stand.sent = { events: 0, cpu_us: 0, elapsed_us: 0 };
  stand.turns = [];
  return stand;
}

async function publish(stand, scene, forSeconds) {
  const sent = await ask(stand.server, { do: 'publish', burst: scene.burst, rate: scene.rate, seconds: forSeconds });
  stand.turns.push(sent);
  for (const key of Object.keys(stand.sent)) stand.sent[key] += sent[key];
}

async function finish({ server, load, idle, connected, sent }, scene) {
  const expected = sent.events * scene.clients;
  const received = await ask(load, { do: 'report', expected });
  const end = await ask(server, { do: 'memory' });
  server.send({ do: 'stop' });
  load.kill();
  return {
    cpu_us_per_delivery: round((sent.cpu_us / expected) * 1000) / 1000,
    cpu_share: round((sent.cpu_us / sent.elapsed_us) * 100) / 100,
    deliveries: received.frames,
    complete: received.frames === expected,
    clients_lost: end.clients === null ? null : scene.clients - end.clients,
    deliveries_per_cpu_second: Math.round(expected / (sent.cpu_us / 1e6)),
    latency_p50_ms: received.p50,
    latency_p99_ms: received.p99,
    rss_connected_mb: round(connected.rss / 2 ** 20),
    rss_per_client_kb: round((connected.rss - idle.rss) / scene.clients / 1024),
  };
}

/** A client in a process of its own that is stopped: its socket stays open, and nobody reads from it. */
async function stopOne(kind, port) {
  const victim = startChild('fanout-load.mjs', kind);
  await ask(victim, { do: 'connect', port, clients: 1 }, 'connected');
  victim.kill('SIGSTOP');
  return victim;
}

/** Waits until the server has let go of the stopped client. */
async function gone(server, victim, clients) {
  const begun = Date.now();
  let state = await ask(server, { do: 'memory' });
  while (state.clients > clients && Date.now() - begun < 30_000) state = await ask(server, { do: 'memory' });
  victim.kill('SIGKILL');
  return { stopped_client_closed: state.clients === clients, rss_after_mb: round(state.rss / 2 ** 20) };
}

function round3(value) {
  return Math.round(value * 1000) / 1000;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
