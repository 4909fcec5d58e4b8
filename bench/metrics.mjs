// History: the same 1,008,000 samples (100 agents, 7 days, one a minute) in the old schema and in ours; how long the same
// questions take, how many bytes a sample needs, how long a collection and a retention slice hold the main thread.
// Options: --agents N --days N. Needs `npm run build`. Ends by itself within about two minutes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import Sqlite from 'better-sqlite3';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const room = (file) => import(pathToFileURL(join(root, 'dist', 'src', 'metrics', file)).href);
const { openReader, openWriter } = await room('store/database.js');
const { migrate } = await room('store/migrations.js');
const { createStore } = await room('store/store.js');
const { rollUp, rollUpAtOnce } = await room('store/rollup.js');
const { retire } = await room('store/retention.js');
const { createMetricsThread } = await room('thread.js');
const { insertSample } = await room('store/schema.js');
const { metricsOf, encodeValue } = await room('store/registry.js');
const { answerRead } = await room('query/reads.js');

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const AGENTS = option('--agents', 100);
const DAYS = option('--days', 7);
const END = Date.UTC(2026, 2, 10);
const START = END - DAYS * DAY;
const OLD_COLUMNS =
  'tasks_completed tasks_failed tasks_in_progress avg_task_duration total_work_time idle_time messages_sent messages_received error_rate success_rate'.split(
    ' ',
  );
const FOUR = ['tasks_in_progress', 'avg_task_duration', 'error_rate', 'success_rate'];

const directory = mkdtempSync(join(tmpdir(), 'mc-bench-'));
try {
  const rows = AGENTS * ((END - START) / MINUTE);
  const oldPath = join(directory, 'old.db');
  const newPath = join(directory, 'new.db');
  buildOld(oldPath);
  const { rollupMs } = buildNew(newPath);
  const questions = ask(oldPath, newPath);
  const oldBytes = statSync(oldPath).size / rows;
  const newBytes = statSync(newPath).size / rows;
  const figures = {
    bench: 'metrics',
    node: process.version,
    rows,
    questions,
    bytes_per_row: { old: round(oldBytes), ours: round(newBytes), ratio: round(newBytes / oldBytes, 3), bar: 0.75 },
    tables: tableSizes(newPath),
    rollup_all_ms: round(rollupMs, 0),
    ...(await longestHolds(newPath)),
    command: commandTimes(directory, newPath),
  };
  console.log(JSON.stringify(figures, null, 2));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** The same figures for the same agent and minute, whoever asks. */
function* samples() {
  const agents = Array.from({ length: AGENTS }, (_, index) => ({
    name: `agent-${String(index).padStart(3, '0')}`,
    random: generator(index + 1),
    tasks_completed: 10 + index,
    tasks_failed: 1,
    total_work_time: 1000.5,
    idle_time: 500,
    messages_sent: 0,
    messages_received: 0,
    avg_task_duration: 40,
  }));
  for (let t = START; t < END; t += MINUTE) {
    for (const agent of agents) {
      const busy = agent.random() < 0.6;
      if (agent.random() < 0.1) agent.tasks_completed += 1;
      if (agent.random() < 0.01) agent.tasks_failed += 1;
      if (agent.random() < 0.1) agent.avg_task_duration = 20 + agent.random() * 100;
      agent.total_work_time += busy ? 60 : 7.25;
      agent.idle_time += busy ? 0 : 52.75;
      agent.messages_sent += Math.floor(agent.random() * 3);
      agent.messages_received += Math.floor(agent.random() * 3);
      const ended = agent.tasks_completed + agent.tasks_failed;
      yield {
        t,
        agent: agent.name,
        values: [
          agent.tasks_completed,
          agent.tasks_failed,
          busy ? 1 + Math.floor(agent.random() * 3) : 0,
          agent.avg_task_duration,
          agent.total_work_time,
          agent.idle_time,
          agent.messages_sent,
          agent.messages_received,
          agent.tasks_failed / ended,
          agent.tasks_completed / ended,
        ],
      };
    }
  }
}

function buildOld(path) {
  const db = new Sqlite(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = OFF');
  db.exec(`CREATE TABLE agent_metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id TEXT NOT NULL, timestamp TEXT NOT NULL,
    ${OLD_COLUMNS.map((name) => `${name} ${/rate|time|duration/.test(name) ? 'REAL' : 'INTEGER'} DEFAULT 0`).join(', ')});
    CREATE INDEX idx_agent_metrics_agent ON agent_metrics(agent_id);
    CREATE INDEX idx_agent_metrics_time ON agent_metrics(timestamp)`);
  const insert = db.prepare(
    `INSERT INTO agent_metrics (agent_id, timestamp, ${OLD_COLUMNS.join(', ')}) VALUES (?, ?${', ?'.repeat(OLD_COLUMNS.length)})`,
  );
  db.transaction(() => {
    for (const { t, agent, values } of samples()) insert.run(agent, naive(t), ...values);
  })();
  db.close();
}

function buildNew(path) {
  const db = openWriter(path);
  db.pragma('synchronous = OFF');
  migrate(db);
  const store = createStore(db);
  const metrics = metricsOf('agent');
  const nulls = metrics.map(() => null);
  // The first collection sets the marks from which rollups are made, and the agents' keys.
  const names = [...new Set([...take(samples(), AGENTS)].map(({ agent }) => agent))];
  const empty = metricsOf('system').map(() => null);
  store.writeCollection(
    { t: START, agents: names.map((agent) => ({ agent, values: nulls })), system: empty, observed: [] },
    MINUTE,
    null,
  );
  const keys = new Map(db.prepare('SELECT name, id FROM agents').raw().all());
  const insert = db.prepare(insertSample('agent', 'INSERT OR REPLACE'));
  const last = db.prepare(`INSERT OR REPLACE INTO agent_last VALUES (?, ?${', ?'.repeat(metrics.length)})`);
  const write = db.transaction((batch) => {
    for (const { t, agent, values } of batch) {
      const encoded = metrics.map((metric, at) => encodeValue(metric, values[at]));
      insert.run(keys.get(agent), t, ...encoded);
      if (t >= END - MINUTE) last.run(keys.get(agent), t, ...encoded);
    }
  });
  let batch = [];
  for (const sample of samples()) {
    batch.push(sample);
    if (batch.length === 60 * AGENTS) {
      write(batch);
      batch = [];
    }
  }
  write(batch);
  const begun = performance.now();
  rollUpAtOnce(db, END);
  const rollupMs = performance.now() - begun;
  store.close();
  return { rollupMs };
}

function ask(oldPath, newPath) {
  const old = new Sqlite(oldPath, { readonly: true });
  const db = openReader(newPath);
  const agent = 'agent-042';
  const day = naive(END - DAY);
  const week = naive(START);
  const range = { since: new Date(START).toISOString(), until: new Date(END).toISOString() };
  const query = (input) => answerRead(db, 'query', input, END);
  const questions = {
    one_agent_24h_raw: compare(
      0.25,
      () =>
        old
          .prepare('SELECT * FROM agent_metrics WHERE agent_id = ? AND timestamp >= ? ORDER BY timestamp')
          .all(agent, day),
      () =>
        query({
          metric: OLD_COLUMNS,
          agent,
          since: new Date(END - DAY).toISOString(),
          until: range.until,
          step: 'raw',
        }),
    ),
    one_agent_7d_hourly: compare(
      0.05,
      () =>
        hourly(
          old
            .prepare('SELECT * FROM agent_metrics WHERE agent_id = ? AND timestamp >= ? ORDER BY timestamp')
            .all(agent, week),
          FOUR,
        ),
      () => query({ metric: FOUR, agent, ...range, step: '1h', agg: 'avg' }),
    ),
    all_agents_7d_hourly_avg_and_max: compare(
      0.02,
      () => hourly(old.prepare('SELECT * FROM agent_metrics WHERE timestamp >= ? ORDER BY timestamp').all(week), FOUR),
      () => [
        query({ metric: FOUR, ...range, step: '1h', agg: 'avg' }),
        query({ metric: FOUR, ...range, step: '1h', agg: 'max' }),
      ],
    ),
    last_value_of_each_agent: compare(
      0.01,
      () => old.prepare('SELECT *, max(timestamp) FROM agent_metrics GROUP BY agent_id').all(),
      () => answerRead(db, 'top', { by: 'error_rate', now: true }, END),
    ),
  };
  old.close();
  db.close();
  return questions;
}

/** What the old callers did with whole rows: averages and maxima by agent and hour. */
function hourly(rows, metrics) {
  const buckets = new Map();
  for (const row of rows) {
    const key = `${row.agent_id} ${row.timestamp.slice(0, 13)}`;
    let bucket = buckets.get(key);
    if (!bucket) {
      bucket = { n: 0, sums: metrics.map(() => 0), maxima: metrics.map(() => Number.NEGATIVE_INFINITY) };
      buckets.set(key, bucket);
    }
    bucket.n += 1;
    for (let at = 0; at < metrics.length; at += 1) {
      bucket.sums[at] += row[metrics[at]];
      if (row[metrics[at]] > bucket.maxima[at]) bucket.maxima[at] = row[metrics[at]];
    }
  }
  return buckets;
}

function compare(bar, old, ours) {
  const times = { old: best(old, 3), ours: best(ours, 9) };
  return { old_ms: round(times.old), ours_ms: round(times.ours), ratio: round(times.ours / times.old, 4), bar };
}

/** The median of some runs after a first one that fills caches. */
function best(run, times) {
  run();
  const taken = Array.from({ length: times }, () => {
    const begun = performance.now();
    run();
    return performance.now() - begun;
  });
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)];
}

/** How long the main thread is held by collections, by rolling up, and by retiring half of everything. */
async function longestHolds(path) {
  const db = openWriter(path);
  const store = createStore(db);
  const agents = Array.from({ length: AGENTS }, (_, index) => `agent-${String(index).padStart(3, '0')}`);
  const system = metricsOf('system').map((_, index) => index + 0.5);
  const totals = { work: 1, idle: 1, completed: 1, failed: 1, sent: 1, received: 1 };
  const collections = [];
  const rollups = [];
  for (let minute = 0; minute < 65; minute += 1) {
    const t = END + minute * MINUTE;
    const values = metricsOf('agent').map((_, index) => index * minute + 0.25);
    const collection = {
      t,
      agents: agents.map((agent) => ({ agent, values })),
      system,
      observed: agents.map((agent) => ({ agent, totals: { ...totals, work: minute } })),
    };
    const begun = cpuMs();
    store.writeCollection(collection, MINUTE, null);
    collections.push(cpuMs() - begun);
    rollups.push(await longestHold(() => rollUp(db, t)));
  }
  // As the server does it: between two slices others have their turn, and a worker keeps the log short.
  const thread = createMetricsThread();
  const pause = async () => {
    await nextTurn();
    if (statSync(`${db.name}-wal`).size > 4 * 1024 * 1024) await thread.ask('checkpoint', { path: db.name });
    return true;
  };
  const retirement = await longestHold(() =>
    retire(db, { raw: (DAYS * DAY) / 2, '5m': DAY, '1h': DAY, events: DAY }, END, pause),
  );
  await thread.close();
  store.close();
  collections.sort((a, b) => a - b);
  return {
    collection_ms: {
      agents: AGENTS,
      median: round(collections[32]),
      p95: round(collections[61]),
      max: round(collections.at(-1)),
      bar: 15,
    },
    longest_hold_ms: { rollup: round(Math.max(...rollups)), retention: round(retirement), bar: 50, retention_bar: 20 },
  };
}

/**
 * The longest time in which the event loop could not turn while `work` was under way: by the clock, but no more than this
 * process used of the CPU in it, because on a machine that others use as well the clock tells of them, too.
 */
async function longestHold(work) {
  let longest = 0;
  let last = { cpu: cpuMs(), clock: performance.now() };
  let done = false;
  const turn = () => {
    const now = { cpu: cpuMs(), clock: performance.now() };
    longest = Math.max(longest, Math.min(now.cpu - last.cpu, now.clock - last.clock));
    last = now;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  done = true;
  turn();
  return longest;
}

/** A process that queries through the light door, against one that does nothing. */
function commandTimes(folder, path) {
  const door = pathToFileURL(join(root, 'dist', 'src', 'metrics', 'query', 'index.js')).href;
  const script = `import(${JSON.stringify(door)}).then((d) => d.readDatabase(${JSON.stringify(path)}, 'query', { metric: 'error_rate', agent: 'agent-042', since: '24h' }, ${END})).then((a) => process.stdout.write(JSON.stringify(a)))`;
  const time = (args) => best(() => execFileSync(process.execPath, args, { cwd: folder, stdio: 'ignore' }), 9);
  const nothing = time(['-e', '0']);
  const query = time(['-e', script]);
  return { node_ms: round(nothing), query_ms: round(query), ratio: round(query / nothing), bar: 3 };
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function tableSizes(path) {
  const db = new Sqlite(path, { readonly: true });
  const sizes = Object.fromEntries(
    ['agent_raw', 'agent_5m', 'agent_1h', 'agent_1d'].map((table) => {
      const rows = db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
      const bytes = db.prepare('SELECT sum(pgsize) FROM dbstat WHERE name = ?').pluck().get(table);
      return [table, { rows, bytes_per_row: round(bytes / rows, 1) }];
    }),
  );
  db.close();
  return sizes;
}

function naive(t) {
  return `${new Date(t).toISOString().slice(0, 23)}135`;
}

function generator(seed) {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function* take(items, count) {
  let taken = 0;
  for (const item of items) {
    if (taken === count) return;
    taken += 1;
    yield item;
  }
}

function option(name, fallback) {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : Number(process.argv[at + 1]) || fallback;
}

function round(value, digits = 2) {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
