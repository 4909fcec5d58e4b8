// A long run of the whole server: so many events a second to so many clients, for as long as is asked. Every event has to
// reach every client, and memory must stay what it was after the first minute. Prints JSON; exits 1 when it does not hold.
//   node bench/soak.mjs [--minutes 30] [--rate 200] [--clients 200]
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { ask, startChild } from './children.mjs';
import { cpuOf, makeWorkspace, rssOf, round, startServer } from './server-process.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '200' },
    clients: { type: 'string', default: '200' },
  },
});
const [minutes, rate, clients] = [values.minutes, values.rate, values.clients].map(Number);

/** Who publishes: each stays far below what one client may send. */
const PUBLISHERS = 4;
const SAMPLE_MS = 5000;

const office = makeWorkspace(50);
const server = await startServer(office.workspace);
await backUp(server.ready.http);
const load = startChild('fanout-load.mjs', 'soak');
const watcher = await watch(server.ready.ws);
try {
  await ask(load, { do: 'connect', port: Number(new URL(server.ready.ws).port), clients }, 'connected');
  const figures = await soak();
  console.log(JSON.stringify(figures, null, 2));
  if (!figures.holds) process.exitCode = 1;
} finally {
  watcher.socket.terminate();
  load.kill();
  await server.stop();
  office.remove();
}

async function soak() {
  const pid = server.child.pid;
  const publishers = await Promise.all(Array.from({ length: PUBLISHERS }, () => publisher(server.ready.ws)));
  await ask(load, { do: 'reset' });
  watcher.frames = 0;
  const begun = performance.now();
  const cpu = cpuOf(pid);
  const rss = [];
  let sent = 0;
  let sampled = 0;
  for (;;) {
    const elapsed = performance.now() - begun;
    if (elapsed >= minutes * 60_000) break;
    for (; sent < (elapsed * rate) / 1000; sent += 1) publish(publishers[sent % PUBLISHERS], sent);
    if (elapsed - sampled >= SAMPLE_MS) {
      sampled = elapsed;
      rss.push({ at_s: round(elapsed / 1000, 0), mb: round(rssOf(pid), 1) });
    }
    await delay(5);
  }
  const seconds = (performance.now() - begun) / 1000;
  const cpuShare = (cpuOf(pid) - cpu) / 10 / seconds / 100;
  await delay(2000);
  // Heartbeats come between the events, to everyone.
  const expected = watcher.frames * clients;
  const { frames, p50, p99 } = await ask(load, { do: 'report', expected });
  for (const socket of publishers) socket.terminate();
  const first = mean(rss.filter(({ at_s }) => at_s >= 50 && at_s <= 70));
  const last = mean(rss.slice(-4));
  const whole = watcher.frames >= sent && frames === expected && watcher.gaps === 0 && watcher.errors === 0;
  return {
    bench: 'soak',
    node: process.version,
    minutes,
    rate,
    clients,
    events: sent,
    deliveries: frames,
    missing: expected - frames,
    gaps: watcher.gaps,
    errors: watcher.errors,
    rss_after_first_minute_mb: round(first, 1),
    rss_at_end_mb: round(last, 1),
    rss_ratio: round(last / first, 3),
    rss_each_minute_mb: rss.filter((_, index) => (index + 1) % (60_000 / SAMPLE_MS) === 0).map(({ mb }) => mb),
    server_cpu_share: round(cpuShare, 3),
    latency_p50_ms: p50,
    latency_p99_ms: p99,
    holds: whole && last / first <= 1.1,
  };
}

/** The first backup comes within ten minutes of the first start, and its threads leave memory behind: here it comes first. */
async function backUp(http) {
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(`${http}/api/backups`, { method: 'POST', headers, body: '{}' });
  if (!reply.ok) throw new Error(`no backup: ${await reply.text()}`);
}

/** A client that looks at every position: a gap is an event that did not come. */
async function watch(url) {
  const socket = new WebSocket(`${url}/?channels=*`);
  const seen = { socket, seq: 0, frames: 0, gaps: 0, errors: 0 };
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    seen.frames += 1;
    if (frame.type === 'hello') seen.seq = frame.data.seq;
    if (frame.type === 'error') seen.errors += 1;
    if (frame.seq === undefined) return;
    if (frame.seq !== seen.seq + 1) seen.gaps += 1;
    seen.seq = frame.seq;
  });
  await once(socket, 'open');
  return seen;
}

async function publisher(url) {
  const socket = new WebSocket(`${url}/?channels=backup_update`);
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data));
    if (frame.type === 'error') watcher.errors += 1;
  });
  await once(socket, 'open');
  return socket;
}

function publish(socket, n) {
  const activity = { action: `step ${n}`, sent: String(process.hrtime.bigint()), note: 'x'.repeat(60) };
  const data = { agent: `agent-${String(n % 50).padStart(4, '0')}`, activity };
  socket.send(JSON.stringify({ type: 'publish', id: n, event: 'agent_activity', data }));
}

function mean(samples) {
  return samples.reduce((sum, { mb }) => sum + mb, 0) / samples.length;
}
