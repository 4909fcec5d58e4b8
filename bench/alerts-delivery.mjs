// The part of `alerts` about delivery: how soon a change leaves as a POST, whether targets that hang hold up another, and what
// a thousand alerts in one moment cost.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { createDelivery } from '../dist/src/alerts/delivery/delivery.js';
import { parseTargets } from '../dist/src/alerts/delivery/target-list.js';
import { openAlertsFile } from '../dist/src/alerts/file.js';
import { startAlerts } from '../dist/src/alerts/service.js';
import { silentLog } from '../dist/src/base/log.js';
import { createBus } from '../dist/src/bus/index.js';
import { applyEvent, emptySnapshot } from '../dist/src/protocol/index.js';
import { FACTS } from './alerts-facts.mjs';
import { percentile, round } from './server-process.mjs';

/** A target hears of one message a second, and this many of them are measured with and without others that hang. */
const MESSAGES = 15;
const HANGING = 3;
const OTHERS = Array.from({ length: HANGING });
const ROUNDS = 5;

/**
 * From a change to its POST, in milliseconds: of a target by itself, of one beside others that answer, and of one beside as many
 * that hang; and a bare POST.
 */
export async function toPost() {
  const receivers = await Promise.all(
    [false, ...OTHERS.map(() => false), ...OTHERS.map(() => true)].map(startReceiver),
  );
  const [well, ...others] = receivers;
  const besides = { alone: [], beside_well: others.slice(0, HANGING), beside_hanging: others.slice(HANGING) };
  const stands = Object.entries(besides).map(([name, beside]) => {
    const stand = openStand([well, ...beside].map(({ port }, at) => targetOf(`target-${at}`, port)));
    stand.delivery.start();
    return { name, stand, times: [] };
  });
  const bare = [];
  for (let at = 0; at < MESSAGES; at += 1) {
    // In turn, so that what else the machine does strikes all alike.
    bare.push(await arrival(well, () => post(well.port)));
    for (const { stand, times } of stands) times.push(await arrival(well, () => stand.fire([alertOf(at)])));
    // A target is sent at most one message a second.
    await delay(1050);
  }
  await Promise.all([...stands.map(({ stand }) => stand.close()), ...receivers.map((one) => one.close())]);
  const share = (times) => ({ p50_ms: round(percentile(times, 0.5)), p95_ms: round(percentile(times, 0.95)) });
  const figures = Object.fromEntries(stands.map(({ name, times }) => [name, share(times)]));
  return {
    messages: MESSAGES,
    hanging_targets: HANGING,
    bare_post: share(bare),
    ...figures,
    ratio_alone_to_bare_post: round(figures.alone.p50_ms / percentile(bare, 0.5)),
    ratio_hanging_to_well: round(figures.beside_hanging.p50_ms / figures.beside_well.p50_ms),
  };
}

/** A thousand agents that fail in one moment: the longest stall of the event loop until their digest has arrived. */
export async function digest(count) {
  const rounds = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) rounds.push(await oneDigest(count));
  const of = (name) => rounds.map((one) => one[name]);
  return {
    alerts: count,
    rounds: ROUNDS,
    turn_cpu_p50_ms: round(percentile(of('cpu'), 0.5)),
    turn_cpu_worst_ms: round(Math.max(...of('cpu'))),
    turn_wall_p50_ms: round(percentile(of('wall'), 0.5)),
    ratio_to_bare_rows: round(percentile(of('cpu'), 0.5) / percentile(of('bare'), 0.5)),
    posts: Math.max(...of('posts')),
    told: Math.min(...of('told')),
  };
}

async function oneDigest(count) {
  const receiver = await startReceiver(false);
  const stand = openStand([targetOf('ops', receiver.port)]);
  const snapshot = emptySnapshot();
  const bus = createBus({ epoch: 'bench', onSubscriberError: (error) => console.error(error) });
  const publish = (drafts) => {
    for (const draft of drafts) {
      applyEvent(snapshot, draft);
      bus.publish(draft);
    }
  };
  for (let at = 0; at < count; at += 1) snapshot.agents.set(`agent-${at}`, agentOf(at, 'busy'));
  const alerts = await startAlerts({
    database: join(stand.folder, 'watch.db'),
    file: openAlertsFile(null, () => performance.now()),
    snapshot,
    bus,
    publish,
    restore: () => {},
    facts: () => FACTS,
    latest: () => ({ agents: new Map(), system: null, timestamp: null }),
    collectInterval: 1000,
    clock: { now: () => Date.now() },
    log: silentLog(),
    newId: () => crypto.randomUUID(),
    outlet: stand.delivery,
  });
  stand.delivery.start();
  await delay(500);
  let told = 0;
  for (let at = 0; at < count; at += 1) snapshot.agents.set(`agent-${at}`, agentOf(at, 'error'));
  const turns = watchTurns();
  bus.publish({ type: 'agent_status', data: { agent: 'agent-0' }, at: Date.now() });
  for (let wait = 0; told < count && wait < 1000; wait += 1) {
    await delay(10);
    told = receiver.arrived.reduce((sum, { body }) => sum + (JSON.parse(body).data.total ?? 1), 0);
  }
  const longest = turns.stop();
  alerts.stop();
  await Promise.all([stand.close(), receiver.close()]);
  return { ...longest, bare: bareRows(count), posts: receiver.arrived.length, told };
}

/** What it costs in CPU time, in milliseconds, to write as many rows as that keeps: two of an alert, one of a message. */
function bareRows(count) {
  const folder = mkdtempSync(join(tmpdir(), 'mc-bench-rows-'));
  const db = new Sqlite(join(folder, 'rows.db'));
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE rows (id TEXT PRIMARY KEY, body TEXT)');
  const insert = db.prepare('INSERT INTO rows VALUES (?, ?)');
  const began = process.cpuUsage();
  db.transaction(() => {
    for (let at = 0; at < count * 3; at += 1) insert.run(`row-${at}`, JSON.stringify(alertOf(at)));
  })();
  const { user, system } = process.cpuUsage(began);
  db.close();
  rmSync(folder, { recursive: true, force: true });
  return (user + system) / 1000;
}

/**
 * The longest turn of the event loop in milliseconds of CPU time (others work on the machine too) and of the clock. It takes
 * every turn there is, so that none of them is the sum of two.
 */
function watchTurns() {
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  let last = { cpu: cpu(), wall: performance.now() };
  const longest = { cpu: 0, wall: 0 };
  let running = true;
  const turn = () => {
    const now = { cpu: cpu(), wall: performance.now() };
    for (const clock of ['cpu', 'wall']) longest[clock] = Math.max(longest[clock], now[clock] - last[clock]);
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop() {
      running = false;
      return longest;
    },
  };
}

/** Milliseconds from now until the receiver has the next request. */
async function arrival(receiver, begin) {
  const next = once(receiver.worker, 'message', { signal: AbortSignal.timeout(10_000) });
  const began = process.hrtime.bigint();
  begin();
  const [{ at }] = await next;
  return Number(at - began) / 1e6;
}

function post(port) {
  const sent = request({ host: '127.0.0.1', port, method: 'POST' }, (response) => response.resume());
  sent.end(JSON.stringify(alertOf(0)));
}

const targetOf = (name, port) => ({ name, url: `http://127.0.0.1:${port}/`, private: true });

async function startReceiver(hang) {
  const worker = new Worker(new URL('alerts-receiver.mjs', import.meta.url), { workerData: { hang } });
  const [{ port }] = await once(worker, 'message');
  const arrived = [];
  worker.on('message', (message) => arrived.push(message));
  return { worker, port, arrived, close: () => worker.terminate() };
}

/** A delivery over a database in a folder of its own. */
function openStand(entries) {
  const folder = mkdtempSync(join(tmpdir(), 'mc-bench-alerts-'));
  const db = new Sqlite(join(folder, 'alerts.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  const targets = parseTargets(entries, 'alerts.json');
  const delivery = createDelivery({
    targets: { targets: () => targets, error: () => null },
    alertmanagers: [],
    smtp: { url: null, from: null },
    host: 'bench',
    url: 'http://127.0.0.1:8080',
    clock: { now: () => Date.now() },
    log: { info() {}, warn() {}, error: console.error },
    notify() {},
  });
  delivery.prepare(db);
  return {
    folder,
    delivery,
    fire(alerts) {
      const changes = alerts.map((alert) => ({ kind: 'firing', alert, title: 'bench', tell: true }));
      db.transaction(() => delivery.onChange(changes, db))();
      delivery.onCommitted();
    },
    async close() {
      await delivery.close();
      db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function agentOf(at, status) {
  return {
    id: `agent-${at}`,
    name: `agent-${at}`,
    status,
    normalized_status: status,
    since: new Date().toISOString(),
    evidence: { file: 'state.json', field: 'status', value: status },
    waiting_for: null,
    current_tasks: [],
    tasks: [],
    warnings: [],
  };
}

function alertOf(at) {
  const since = new Date().toISOString();
  return {
    id: `agent_error|agent-${at}|bench|${since}`,
    rule: 'agent_error',
    severity: 'error',
    state: 'firing',
    agent: `agent-${at}`,
    since,
    fired_at: since,
    resolved_at: null,
    summary: `agent-${at} is in error`,
    evidence: 'state.json status: error',
    value: null,
    limit: null,
    unit: null,
    acknowledged_at: null,
    silenced_until: null,
    updated_at: null,
  };
}
