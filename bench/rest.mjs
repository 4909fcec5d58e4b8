// REST with every guard on against bare node:http in the same run: CPU per request of the serving process, latencies at 50
// connections. Options: --requests N for each case (default 64,000; an eighth of that for those that cost
// much). Ends by itself within about two minutes.
import { spawn } from 'node:child_process';
import { once as onceEvent } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
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
  const figures = { ...(await measure(cases)), ...(await measure(costly)) };
  console.log(JSON.stringify({ ...summary(figures), history_24h: await history() }, null, 2));
} finally {
  await server.stop();
  bare.child.kill();
  remove();
}

/**
 * All cases in turn, many short rounds: what else the machine does falls on each alike. The first rounds only warm up; of
 * the others the median counts, for a ratio the median of the rounds' ratios.
 */
async function measure(cases) {
  const figures = {};
  for (let turn = 0; turn < WARM_UP_ROUNDS + ROUNDS; turn += 1) {
    for (const [name, { pid, share = 1, fresh = false, ...target }] of Object.entries(cases)) {
      const count = Math.ceil((requests * share) / ROUNDS);
      const headers = fresh ? { 'if-none-match': (await once(target.port, target.path)).etag } : {};
      const before = cpuExactlyOf(pid);
      const { latencies, statuses } = await load({ ...target, headers, count, connections: CONNECTIONS });
      const cpu = cpuExactlyOf(pid) - before;
      figures[name] ??= { cpus: [], latencies: [], statuses: {} };
      if (turn < WARM_UP_ROUNDS) continue;
      figures[name].cpus.push((cpu * 1000) / count);
      figures[name].latencies.push(...latencies);
      for (const [status, times] of Object.entries(statuses)) {
        figures[name].statuses[status] = (figures[name].statuses[status] ?? 0) + times;
      }
    }
  }
  return figures;
}

/** One agent's history of a day, a row a minute, one request after the other. */
async function history() {
  const path = `/api/agents/${agentId(1)}/history?hours=24`;
  const { status, text } = await once(port, path);
  await load({ port, path, count: 50, connections: 1 });
  const { latencies } = await load({ port, path, count: 400, connections: 1 });
  const rows = status === 200 ? JSON.parse(text).history.length : null;
  return {
    rows,
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

function summary(figures) {
  const cpu = (name) => percentile(figures[name].cpus, 0.5);
  const ratio = (name, to) => {
    const ratios = figures[name].cpus.map((value, turn) => value / figures[to].cpus[turn]);
    return round(percentile(ratios, 0.5));
  };
  return {
    bench: 'rest',
    node: process.version,
    connections: CONNECTIONS,
    requests_each: requests,
    list_bytes: Buffer.byteLength(list.text),
    cpu_us_per_request: Object.fromEntries(Object.keys(figures).map((name) => [name, round(cpu(name), 1)])),
    p50_ms: Object.fromEntries(
      Object.entries(figures).map(([name, { latencies }]) => [name, round(percentile(latencies, 0.5))]),
    ),
    p99_ms: Object.fromEntries(
      Object.entries(figures).map(([name, { latencies }]) => [name, round(percentile(latencies, 0.99))]),
    ),
    statuses: Object.fromEntries(Object.entries(figures).map(([name, { statuses }]) => [name, statuses])),
    ratios: {
      health_to_bare: { value: ratio('health', 'bare_health'), limit: 2 },
      list_to_stringify: { value: ratio('list', 'bare_list'), limit: 0.2 },
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
