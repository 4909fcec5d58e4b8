/**
 * Figures of the watcher alone, as one JSON object: time to the first reading, latency from a rewrite to its reading at 5 changes a
 * second over 500 agents, idle CPU, and how long a storm of 10,000 writes holds the event loop. Needs a build.
 *
 *     node bench/watcher.mjs [seconds of steady changes, 20]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createWatcher } from '../dist/src/workspace/watch/watcher.js';

const seconds = Number(process.argv[2] ?? 20);
const round = (ms) => Math.round(ms * 100) / 100;

const figures = {
  start: { 500: await measureStart(500), 2000: await measureStart(2000), 5000: await measureStart(5000) },
  steady: await measureSteady(500),
  idle: await measureIdle(500),
  storm: {
    rename_500: await measureStorm(500, 'rename'),
    in_place_500: await measureStorm(500, 'in place'),
    rename_2000: await measureStorm(2000, 'rename'),
  },
};
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);

async function measureStart(agents) {
  return withWatcher(agents, async ({ startMs }) => ({ first_reading_ms: round(startMs) }));
}

async function measureSteady(agents) {
  return withWatcher(agents, async ({ root, onReading }) => {
    const latencies = [];
    let tells = 0;
    const sent = new Map();
    onReading((reading) => {
      for (const id of reading.agents.keys()) {
        tells += 1;
        const at = sent.get(id);
        if (at !== undefined) latencies.push(performance.now() - at);
        sent.delete(id);
      }
    });
    const changes = seconds * 5;
    for (let n = 0; n < changes; n += 1) {
      const id = `agent-${(n * 7919) % agents}`;
      sent.set(id, performance.now());
      swap(root, id, `n${n}`);
      await wait(200);
    }
    return { changes, tells, ...quantiles(latencies) };
  });
}

async function measureIdle(agents) {
  return withWatcher(agents, async ({ watcher }) => {
    await wait(1000);
    const before = process.cpuUsage();
    const span = 10_000;
    await wait(span);
    const used = process.cpuUsage(before);
    const rescanBefore = process.cpuUsage();
    await watcher.rescan();
    const rescan = process.cpuUsage(rescanBefore);
    const rescanMs = (rescan.user + rescan.system) / 1000;
    // One look at all files belongs to each minute.
    return {
      cpu_percent: round((used.user + used.system) / 10 / span + rescanMs / 600),
      rescan_cpu_ms: round(rescanMs),
      rss_mb: round(process.memoryUsage.rss() / 1e6),
    };
  });
}

async function measureStorm(agents, how) {
  return withWatcher(agents, async ({ root, onReading, watcher }) => {
    const last = new Map();
    let tells = 0;
    onReading((reading) => {
      for (const [id, value] of reading.agents) {
        tells += 1;
        last.set(id, value.agent.status);
      }
    });
    const delay = monitorEventLoopDelay({ resolution: 2 });
    delay.enable();
    const began = performance.now();
    await once(spawn(process.execPath, ['-e', writer(root, agents, how)], { stdio: 'inherit' }), 'exit');
    const wroteMs = performance.now() - began;
    const isDone = () =>
      Array.from(
        { length: agents },
        (_, at) => last.get(`agent-${at}`) === `n${10_000 - ((10_000 - at) % agents)}`,
      ).every(Boolean);
    while (!isDone() && performance.now() - began < 60_000) await wait(5);
    const doneMs = performance.now() - began;
    delay.disable();
    await watcher.rescan();
    return {
      final_state_true: isDone(),
      writing_ms: round(wroteMs),
      behind_ms: round(doneMs - wroteMs),
      tells,
      max_delay_ms: round(delay.max / 1e6),
      p99_delay_ms: round(delay.percentile(99) / 1e6),
    };
  });
}

function writer(root, agents, how) {
  return `
    const { writeFileSync, renameSync } = require('node:fs');
    for (let n = 1; n <= 10000; n += 1) {
      const path = ${JSON.stringify(join(root, 'mission-control/agents/agent-'))} + (n % ${agents}) + '/state.json';
      const text = JSON.stringify({ status: 'n' + n, current_tasks: ['write ' + n] });
      if (${how === 'in place'}) writeFileSync(path, text);
      else { writeFileSync(path + '.tmp', text); renameSync(path + '.tmp', path); }
    }`;
}

async function withWatcher(agents, measure) {
  const root = mkdtempSync(join(tmpdir(), 'mc-watcher-bench-'));
  for (let at = 0; at < agents; at += 1) furnish(root, `agent-${at}`);
  let take = () => {};
  const began = performance.now();
  const watcher = createWatcher({ root, clock: { now: Date.now }, onReading: (reading) => take(reading) });
  await watcher.start();
  const startMs = performance.now() - began;
  try {
    return await measure({ root, watcher, startMs, onReading: (fn) => (take = fn) });
  } finally {
    await watcher.close();
    rmSync(root, { recursive: true, force: true });
  }
}

function furnish(root, id) {
  const directory = join(root, 'mission-control/agents', id);
  mkdirSync(join(directory, 'memory'), { recursive: true });
  writeFileSync(join(directory, 'SOUL.md'), `# ${id}\n- **Role:** tester\n`);
  writeFileSync(join(directory, 'memory/2026-01-01.md'), 'remembered\n');
  swap(root, id, 'idle');
}

function swap(root, id, status) {
  const path = join(root, 'mission-control/agents', id, 'state.json');
  writeFileSync(`${path}.tmp`, JSON.stringify({ status, current_tasks: [], tasks_completed: 3 }));
  renameSync(`${path}.tmp`, path);
}

function quantiles(values) {
  const sorted = values.sort((a, b) => a - b);
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return { p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) };
}
