// REST with every guard on against bare node:http in the same run: CPU per request of the serving process, latencies at 50
// connections. Options: --requests N for each case (default 64,000; an eighth of that for those that cost
// much). Ends by itself within about two minutes.
//
// For CPU per request the servers and the load take turns on one core: on two, how many requests a server finds waiting when
// it looks depends on what else the machine does, and with it what each of them costs. Latencies are measured on all cores.
import { spawn } from 'node:child_process';
import { once as onceEvent } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { pin, unpin } from './children.mjs';
import { load, once } from './rest-load.mjs';
import { agentId, cpuExactlyOf, makeWorkspace, percentile, round, startServer } from './server-process.mjs';

const CONNECTIONS = 50;
const ROUNDS = 40;
const WARM_UP_ROUNDS = 4;
const requests = Number(process.argv[process.argv.indexOf('--requests') + 1]) || 64_000;

const { workspace, remove } = makeWorkspace(100);
writeHistory(workspace, agentId(1));
const server = await startServer(workspace, ['--rate-limit', '1000000', '--collect-interval', '1h', '--no-backups']);
const port = Number(new URL(server.ready.http).port);
const list = await once(port, '/api/agents');
const file = join(workspace, 'list.json');
writeFileSync(
  join(workspace, 'ten.md'),
  'A line of sixty-four characters, with its end, that says nothing.\n'.repeat(156),
);
writeFileSync(file, list.text);
const bare = await startBare(file);
try {
  const cases = {
    bare_health: { pid: bare.pid, port: bare.port, path: '/health' },
    bare_list: { pid: bare.pid, port: bare.port, path: '/list', share: 1 / 8 },
    health: { pid: server.child.pid, port, path: '/api/health' },
    list: { pid: server.child.pid, port, path: '/api/agents' },
    not_modified: { pid: server.child.pid, port, path: '/api/agents', fresh: true },
    task_list: { pid: server.child.pid, port, path: '/api/tasks' },
  };
  // By itself: what it leaves to be collected would be counted to the others.
  const costly = {
    file: { pid: server.child.pid, port, path: '/api/files/read?path=list.json', share: 1 / 8 },
  };
  const small = {
    health_again: { pid: server.child.pid, port, path: '/api/health' },
    file_10kb: { pid: server.child.pid, port, path: '/api/files/read?path=ten.md', share: 1 / 4 },
  };
  const processes = [process.pid, server.child.pid, bare.pid];
  const pinned = processes.every((pid) => pin(pid, 0));
  const cpus = { ...(await measureCpu(cases)), ...(await measureCpu(small)), ...(await measureCpu(costly)) };
  for (const pid of processes) unpin(pid);
  const latencies = await measureLatency({ ...cases, ...small, ...costly });
  console.log(JSON.stringify({ ...summary(pinned, cpus, latencies), history_24h: await history() }, null, 2));
} finally {
  await server.stop();
  bare.child.kill();
  remove();
}

/**
 * The microseconds of CPU that a request takes, round by round. All cases in turn, in many short rounds: what else the
 * machine does falls on each alike. The first rounds only warm up.
 */
async function measureCpu(cases) {
  const cpus = {};
  for (let turn = 0; turn < WARM_UP_ROUNDS + ROUNDS; turn += 1) {
    for (const [name, { pid, ...target }] of Object.entries(cases)) {
      const before = cpuExactlyOf(pid);
      const { latencies } = await loadCase(target, requests / ROUNDS);
      const cpu = ((cpuExactlyOf(pid) - before) * 1000) / latencies.length;
      if (turn >= WARM_UP_ROUNDS) (cpus[name] ??= []).push(cpu);
    }
  }
  return cpus;
}

async function measureLatency(cases) {
  const figures = {};
  for (const [name, target] of Object.entries(cases)) figures[name] = await loadCase(target, requests / 4);
  return figures;
}

async function loadCase({ share = 1, fresh = false, port, path }, count) {
  const headers = fresh ? { 'if-none-match': (await once(port, path)).etag } : {};
  return load({ port, path, headers, count: Math.ceil(count * share), connections: CONNECTIONS });
}

/**
 * One agent's history of a day, a row a minute, one request after the other. Latency is what a person waits; on a machine that
 * has other things to do CPU says what the server has to do with it.
 */
async function history() {
  const path = `/api/agents/${agentId(1)}/history?hours=24`;
  const { status, text } = await once(port, path);
  await load({ port, path, count: 50, connections: 1 });
  const before = cpuExactlyOf(server.child.pid);
  const { latencies } = await load({ port, path, count: 400, connections: 1 });
  const cpu = (cpuExactlyOf(server.child.pid) - before) / latencies.length;
  const rows = status === 200 ? JSON.parse(text).history.length : null;
  return {
    rows,
    cpu_ms: round(cpu),
    p10_ms: round(percentile(latencies, 0.1)),
    p50_ms: round(percentile(latencies, 0.5)),
    p99_ms: round(percentile(latencies, 0.99)),
    limit_p50_ms: 5,
  };
}

/** A day of an agent in the older database; the server takes it over when it starts. */
function writeHistory(root, agent) {
  const folder = join(root, 'mission-control', 'backend', 'data');
  mkdirSync(folder, { recursive: true });
  const database = new Database(join(folder, 'metrics.db'));
  const counters = 'tasks_completed, tasks_failed, tasks_in_progress, messages_sent, messages_received';
  const rates = 'avg_task_duration, total_work_time, idle_time, error_rate, success_rate';
  database.exec(
    `CREATE TABLE agent_metrics (id INTEGER PRIMARY KEY, agent_id TEXT, timestamp TEXT, ${counters}, ${rates})`,
  );
  const insert = database.prepare(
    `INSERT INTO agent_metrics (agent_id, timestamp, ${counters}, ${rates}) VALUES (?, ?, ?, 0, 1, 0, 0, 1.5, 60, 0, 0, 1)`,
  );
  const zone = new Date().getTimezoneOffset() * 60_000;
  database.transaction(() => {
    for (let minute = 1439; minute >= 1; minute -= 1) {
      const naive = new Date(Date.now() - minute * 60_000 - zone).toISOString().slice(0, -1);
      insert.run(agent, naive, 1440 - minute);
    }
  })();
  database.close();
}

function summary(pinned, cpus, latencies) {
  /** The median of the rounds' ratios. */
  const ratio = (name, to) =>
    round(
      percentile(
        cpus[name].map((value, turn) => value / cpus[to][turn]),
        0.5,
      ),
    );
  const each = (figures, read) =>
    Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, read(figure)]));
  return {
    bench: 'rest',
    node: process.version,
    connections: CONNECTIONS,
    requests_each: requests,
    cpu_on_one_core: pinned,
    list_bytes: Buffer.byteLength(list.text),
    cpu_us_per_request: each(cpus, (values) => round(percentile(values, 0.5), 1)),
    p50_ms: each(latencies, (figure) => round(percentile(figure.latencies, 0.5))),
    p99_ms: each(latencies, (figure) => round(percentile(figure.latencies, 0.99))),
    statuses: each(latencies, ({ statuses }) => statuses),
    ratios: {
      health_to_bare: { value: ratio('health', 'bare_health'), limit: 2 },
      list_to_stringify: { value: ratio('list', 'bare_list'), limit: 0.2 },
      file_10kb_to_health: { value: ratio('file_10kb', 'health_again'), limit: 6 },
      list_to_health: { value: ratio('list', 'health'), limit: 1.5 },
      not_modified_to_list: { value: ratio('not_modified', 'list'), limit: 0.7 },
    },
  };
}

async function startBare(path) {
  const script = fileURLToPath(new URL('rest-bare.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await onceEvent(createInterface({ input: child.stdout }), 'line');
  return { child, pid: child.pid, port: Number(line) };
}
