// Alerts: what looking at a fleet costs the main thread, and how soon a client hears of an alert that is due.
// Bars: 20 rules over 2,000 agents in at most 5 ms a look; a client hears within 100 ms after `for` is over; a change leaves
// as a POST within 100 ms, beside targets that hang at most 1.05 times as late; a thousand alerts make one digest and hold the
// event loop for at most 50 ms.
// Options: --agents N (default 2000), --alerts N (default 20), --part watch|delivery (default both). Wants a built `dist`.
// Ends by itself within two minutes.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createEngine } from '../dist/src/alerts/engine/engine.js';
import { activeRules, BUILTIN_RULES } from '../dist/src/alerts/rules/index.js';
import { digest, toPost } from './alerts-delivery.mjs';
import { FACTS } from './alerts-facts.mjs';
import { agentId, makeWorkspace, percentile, round, startServer, statePath } from './server-process.mjs';

const option = (name, fallback) => Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) || fallback;
const agents = option('agents', 2000);
const count = option('alerts', 20);
const part = process.argv[process.argv.indexOf('--part') + 1];
const LOOKS = 300;
const DIGEST = 1000;

const OWN = ['cpu_usage', 'memory_usage', 'tasks_failed'].map((metric) => ({
  name: `own_${metric}`,
  metric,
  op: '>',
  value: 1e15,
}));
const rules = activeRules(BUILTIN_RULES, { rules: OWN, builtin: undefined }, 'bench');

const figures = { bench: 'alerts', node: process.version };
const bars = {};
if (part !== 'delivery') {
  figures.agents = agents;
  figures.rules = rules.length;
  figures.look_cpu_ms = {
    well: looks(() => 'busy'),
    one_in_ten_in_error: looks((at) => (at % 10 === 0 ? 'error' : 'busy')),
    all_in_error: looks(() => 'error'),
  };
  figures.to_client = await toClient();
  bars.look_at_most_5_ms = Math.max(...Object.values(figures.look_cpu_ms).map(({ p50 }) => p50)) <= 5;
  bars.client_within_100_ms = figures.to_client.p95_ms <= 100;
}
if (part !== 'watch') {
  figures.to_post = await toPost();
  figures.digest = await digest(DIGEST);
  bars.post_within_100_ms = figures.to_post.alone.p95_ms <= 100;
  bars.beside_hanging_at_most_1_05 = figures.to_post.ratio_hanging_to_well <= 1.05;
  bars.digest_stall_at_most_50_ms = figures.digest.turn_cpu_p50_ms <= 50;
  bars.digest_in_one_post = figures.digest.posts === 1 && figures.digest.told === DIGEST;
}
figures.bars = bars;
console.log(JSON.stringify(figures, null, 2));

/**
 * Looks at a fleet that stays as it is, in CPU time of the process: others work on the machine too. The first look, which
 * fires what is to fire, apart.
 */
function looks(statusOf) {
  const world = worldOf(statusOf);
  const engine = createEngine({ host: 'bench', kept: [] });
  const times = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const began = process.cpuUsage();
    engine.look(rules, world, [], look);
    const { user, system } = process.cpuUsage(began);
    times.push((user + system) / 1000);
  }
  const [first, ...rest] = times;
  return { first: round(first, 2), p50: round(percentile(rest, 0.5), 3), p99: round(percentile(rest, 0.99), 3) };
}

function worldOf(statusOf) {
  const now = Date.now();
  const since = new Date(now - 60_000).toISOString();
  const ids = Array.from({ length: agents }, (_, at) => agentId(at));
  const evidence = { file: 'state.json', field: 'status', value: 'x' };
  const agent = (id, at) => ({ id, normalized_status: statusOf(at), status: 'x', since, evidence, tasks: [] });
  const row = { cpu_usage: 5, memory_usage: 1e6, tasks_failed: 1 };
  const task = (id, at) => ({ key: id, text: 'x', status: 'pending', due: '2999-01-01', assignee: id, line: at });
  const system = { system_health_score: 1, disk_free_bytes: 1e12, event_loop_delay_p99: 1 };
  return {
    now,
    agents: new Map(ids.map((id, at) => [id, agent(id, at)])),
    tasks: new Map([['PENDING_TASKS.md', ids.map(task)]]),
    samples: { agents: new Map(ids.map((id) => [id, row])), system },
    facts: FACTS,
    workOf: () => ({ task: 'x', source: 'state.json', ms: 60_000, p95Ms: 60_000 }),
  };
}

/** A server over as many agents: from the moment that an alert is due to the client's frame. */
async function toClient() {
  const { workspace, remove } = makeWorkspace(agents);
  const home = mkdtempSync(join(tmpdir(), 'mc-bench-home-'));
  const own = join(home, '.config', 'mission-control');
  mkdirSync(own, { recursive: true });
  const builtin = { agent_error: { for: '1s' } };
  writeFileSync(join(own, 'alerts.json'), JSON.stringify({ builtin }), { mode: 0o600 });
  const env = { HOME: home, XDG_CONFIG_HOME: '', XDG_STATE_HOME: '' };
  const server = await startServer(workspace, ['--no-backups'], env);
  const late = [];
  try {
    const socket = new WebSocket(`${server.ready.ws}/?channels=alert`);
    let live = false;
    socket.on('message', (data) => {
      const { type, data: alert } = JSON.parse(String(data));
      if (type === 'synced') live = true;
      if (type === 'alert' && alert.rule === 'agent_error' && alert.state === 'firing') {
        late.push(Date.now() - Date.parse(alert.since) - 1000);
      }
    });
    for (let wait = 0; !live && wait < 500; wait += 1) await delay(10);
    for (let at = 0; at < count; at += 1) {
      writeFileSync(statePath(workspace, at), JSON.stringify({ status: 'error' }));
      await delay(250);
    }
    for (let wait = 0; late.length < count && wait < 500; wait += 1) await delay(10);
    socket.terminate();
  } finally {
    await server.stop();
    remove();
    rmSync(home, { recursive: true, force: true });
  }
  const shares = { p50_ms: percentile(late, 0.5), p95_ms: percentile(late, 0.95), worst_ms: Math.max(...late) };
  return { alerts: count, heard: late.length, ...shares };
}
