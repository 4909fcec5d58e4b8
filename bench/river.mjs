// The river: a file's rewrite to the subscriber's frame, start to ready, idle cost, and how fast commands start.
// Options: --changes N (default 200). Ends by itself within about two minutes.
import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import {
  agentId,
  cpuOf,
  makeWorkspace,
  mc,
  percentile,
  round,
  rssOf,
  startServer,
  stateOf,
  statePath,
} from './server-process.mjs';

const changes = Number(process.argv[process.argv.indexOf('--changes') + 1]) || 200;
const figures = { bench: 'river', node: process.version };

const small = makeWorkspace(500);
const server = await startServer(small.workspace);
try {
  figures.start_500_ms = round(server.took, 0);
  figures.river = await river(small.workspace, server.ready.ws);
  figures.idle = await idle(server.child.pid);
  figures.commands = commands(server.ready.http);
} finally {
  await server.stop();
  small.remove();
}
const large = makeWorkspace(5000);
try {
  const big = await startServer(large.workspace);
  figures.start_5000_ms = round(big.took, 0);
  figures.rss_5000_mb = round(rssOf(big.child.pid), 1);
  await big.stop();
} finally {
  large.remove();
}
console.log(JSON.stringify(figures, null, 2));

/** Rewrites one agent's state.json after another, 5 a second, half of them by rename, and waits for each frame. */
async function river(workspace, url) {
  const written = new Map();
  const latencies = [];
  const events = new Map();
  const socket = new WebSocket(`${url}/?channels=agent_status`);
  let live = false;
  socket.on('message', (data) => {
    const now = performance.now();
    const frame = JSON.parse(String(data));
    if (frame.type === 'synced') live = true;
    if (frame.type !== 'agent_status' || frame.seq === undefined) return;
    const key = `${frame.data.agent}:${frame.data.state.tasks_completed}`;
    events.set(key, (events.get(key) ?? 0) + 1);
    if (written.has(key) && events.get(key) === 1) latencies.push(now - written.get(key));
  });
  for (let wait = 0; !live && wait < 500; wait += 1) await delay(10);
  for (let turn = 1; turn <= changes; turn += 1) {
    const index = (turn * 37) % 500;
    const path = statePath(workspace, index);
    written.set(`${agentId(index)}:${turn}`, performance.now());
    if (turn % 2) {
      writeFileSync(`${path}.tmp`, stateOf(index, turn));
      renameSync(`${path}.tmp`, path);
    } else {
      writeFileSync(path, stateOf(index, turn));
    }
    await delay(200);
  }
  await delay(500);
  socket.terminate();
  const missed = [...written.keys()].filter((key) => !events.has(key)).length;
  const repeated = [...events.values()].filter((count) => count > 1).length;
  return {
    changes,
    p50_ms: round(percentile(latencies, 0.5)),
    p99_ms: round(percentile(latencies, 0.99)),
    missed,
    repeated,
  };
}

async function idle(pid) {
  await delay(5000);
  const before = cpuOf(pid);
  // A whole minute, so that one collection of metrics lies in it.
  await delay(60_000);
  return { cpu_percent: round((cpuOf(pid) - before) / 600), rss_mb: round(rssOf(pid), 1) };
}

/** Medians of alternating runs, as multiples of `node -e 0`. */
function commands(http) {
  const cases = {
    node: ['-e', '0'],
    version: [mc, '--version'],
    status: [mc, 'status', '--once', '--server', http],
  };
  const times = { node: [], version: [], status: [] };
  for (let turn = 0; turn < 15; turn += 1) {
    for (const [name, args] of Object.entries(cases)) {
      const began = performance.now();
      execFileSync(process.execPath, args, { stdio: 'ignore' });
      times[name].push(performance.now() - began);
    }
  }
  const base = percentile(times.node, 0.5);
  return {
    node_ms: round(base),
    version_ratio: round(percentile(times.version, 0.5) / base),
    status_once_ratio: round(percentile(times.status, 0.5) / base),
  };
}
