// How much it costs to give one event to many clients. Server and load run in processes of their own; the same bursts
// go through the hub, through a plain loop of `ws` sends, and through socket.io where that is installed. Prints JSON.
//   node bench/fanout.mjs [--seconds 4] [--only burst10]
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '4' }, only: { type: 'string' } } });
const seconds = Number(values.seconds);

/** Clients, events in a burst, bursts a second (null: as fast as they are delivered). */
const SCENES = {
  burst10: { clients: 1000, burst: 10, rate: 20 },
  single: { clients: 1000, burst: 1, rate: 100 },
  calm: { clients: 1000, burst: 1, rate: 20 },
  busy: { clients: 1000, burst: 1, rate: 200 },
  many: { clients: 5000, burst: 10, rate: null },
};
const servers = ['hub', 'ws', ...(installed('socket.io') && installed('socket.io-client') ? ['socket.io'] : [])];

const figures = { node: process.version, seconds, event_bytes: 300, scenes: {} };
for (const [name, scene] of Object.entries(SCENES)) {
  if (values.only && !values.only.split(',').includes(name)) continue;
  const results = {};
  for (const server of servers) results[server] = await run(server, scene);
  figures.scenes[name] = { ...scene, ...results, cpu_ratio_to_ws: ratio(results.hub, results.ws) };
}
console.log(JSON.stringify(figures, null, 2));

function installed(name) {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

function ratio(ours, theirs) {
  return Math.round((ours.cpu_us_per_delivery / theirs.cpu_us_per_delivery) * 1000) / 1000;
}

/** One scene against one server: connect, warm up, measure. */
async function run(kind, scene) {
  const server = child('fanout-server.mjs', kind);
  const { port } = await heard(server, 'listening');
  const idle = await ask(server, { do: 'memory' });
  const load = child('fanout-load.mjs', kind);
  load.send({ do: 'connect', port, clients: scene.clients });
  await heard(load, 'connected');
  const connected = await ask(server, { do: 'memory' });
  const job = { do: 'publish', burst: scene.burst, rate: scene.rate, clients: scene.clients };
  await ask(server, { ...job, seconds: 1 });
  load.send({ do: 'reset' });
  await heard(load, 'reset');
  const sent = await ask(server, { ...job, seconds });
  load.send({ do: 'report', expected: sent.events * scene.clients });
  const received = await heard(load, 'report');
  server.kill();
  load.kill();
  return {
    cpu_us_per_delivery: round((sent.cpu_us / (sent.events * scene.clients)) * 1000) / 1000,
    cpu_share: round((sent.cpu_us / sent.elapsed_us) * 100) / 100,
    deliveries: received.frames,
    complete: received.frames === sent.events * scene.clients,
    deliveries_per_cpu_second: Math.round((sent.events * scene.clients) / (sent.cpu_us / 1e6)),
    latency_p50_ms: received.p50,
    latency_p99_ms: received.p99,
    rss_per_client_kb: round((connected.rss - idle.rss) / scene.clients / 1024),
  };
}

function child(file, kind) {
  return fork(fileURLToPath(new URL(file, import.meta.url)), [kind], { execArgv: ['--expose-gc'] });
}

function heard(from, type) {
  return new Promise((resolve, reject) => {
    const listener = (message) => {
      if (message.type !== type) return;
      from.off('message', listener);
      resolve(message);
    };
    from.on('message', listener);
    from.once('exit', (code) => reject(new Error(`a child ended with ${code} before "${type}"`)));
  });
}

function ask(server, order) {
  const answer = heard(server, order.do);
  server.send(order);
  return answer;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
