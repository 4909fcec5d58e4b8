// How long texts take that were made to take long: for each reader a family of them, from 1 kB to 16 MB, in time per kB
// against ordinary text of the same size; and how long the server's event loop stands still over such files.
// Options: --largest BYTES (default 16 MB), --part cost or stall (default both). Ends by itself within about five minutes.
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { CARD, DENSE, JSON_TASKS, MARKDOWN, OFFICE, STATE } from './hostile-texts.mjs';
import { agentId, makeWorkspace, percentile, root, round, startServer } from './server-process.mjs';

const LARGEST = Number(process.argv[process.argv.indexOf('--largest') + 1]) || 16 * 1024 * 1024 - 4096;
const PART = process.argv[process.argv.indexOf('--part') + 1];
/** How many times as long as ordinary text a text may take per kB. */
const LIMIT = 3;
const SIZES = [1024, 16 * 1024, 256 * 1024, 2 * 1024 * 1024, LARGEST].filter((size) => size <= LARGEST);

const bundle = join(tmpdir(), `mc-hostile-${process.pid}.mjs`);
await build({
  entryPoints: [join(root, 'src/workspace/read/jobs.ts')],
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
  external: ['pino', 'pino-pretty'],
  banner: { js: "import { createRequire as cr } from 'node:module'; const require = cr(import.meta.url);" },
});
const { JOBS } = await import(pathToFileURL(bundle).href);

const fileOf = (bytes) => ({ bytes, size: bytes.length, mtimeMs: 1 });
const agentWith = (name) => (bytes) =>
  JOBS.agent('a', { files: { [name]: fileOf(bytes) }, memory: [], tasks: [], warnings: [] }, 2);
const READERS = {
  markdown: { texts: MARKDOWN, read: (bytes) => JOBS.tasks('PENDING_TASKS.md', bytes) },
  json_tasks: { texts: JSON_TASKS, read: (bytes) => JOBS.tasks('mission-control/TASK_QUEUE.json', bytes) },
  office: { texts: OFFICE, read: JOBS.office },
  state: { texts: STATE, read: agentWith('state.json') },
  card: { texts: CARD, read: agentWith('agent.json') },
};

const cost = PART === 'stall' ? { readers: null, to_ordinary: null } : measureCosts();
const stall = PART === 'cost' ? null : await measureStall();
console.log(JSON.stringify({ bench: 'hostile', node: process.version, sizes: SIZES, ...cost, stall }, null, 2));

/**
 * Per text the time per kB, against ordinary text of the same size (dense text against text as dense: `DENSE`). `to_ordinary`
 * is what is judged; `growth`, from 16 kB to the largest, only tells: below 16 kB what is done once per file counts most.
 */
function measureCosts() {
  const readers = {};
  const to_ordinary = { value: 0, text: null, limit: LIMIT, over: [] };
  for (const [reader, { texts, read }] of Object.entries(READERS)) {
    warmUp(read, Object.values(texts));
    readers[reader] = {};
    for (const [name, text] of Object.entries(texts)) {
      const compared = name.startsWith('ordinary') ? name : (DENSE[`${reader}.${name}`] ?? 'ordinary');
      const pairs = SIZES.map((size) => costsOf(read, text(size), texts[compared](size)));
      const ratios = pairs.map(([cost, ordinary]) => round(cost / ordinary));
      readers[reader][name] = {
        us_per_kb: pairs.map(([cost]) => round(cost)),
        compared_with: compared,
        to_ordinary: ratios,
        growth: round(pairs.at(-1)[0] / (pairs[1] ?? pairs[0])[0]),
      };
      const worst = Math.max(...ratios);
      if (worst > to_ordinary.limit) to_ordinary.over.push(`${reader}.${name}: ${ratios.join(' ')}`);
      if (worst > to_ordinary.value) Object.assign(to_ordinary, { value: worst, text: `${reader}.${name}` });
    }
  }
  return { to_ordinary, readers };
}

/** Until a reader has been compiled for what its texts hold: a text of 1 kB is read in less time than that takes. */
function warmUp(read, texts) {
  for (const size of [1024, 16 * 1024]) {
    const all = texts.map((text) => Buffer.from(text(size)));
    for (let run = 0; run < 50; run += 1) for (const bytes of all) read(bytes);
  }
}

/**
 * Microseconds per kB of a text and of the ordinary one, read in turns so that what else the machine does falls on both
 * alike; the best of at least 3 runs and of as many as 100 ms hold: what disturbs a run only adds. On a busy machine three
 * runs may all be disturbed, so what looks too slow is read some more times, the ordinary text with it.
 */
function costsOf(read, ...texts) {
  const all = texts.map((text) => Buffer.from(text));
  const best = all.map(() => Number.POSITIVE_INFINITY);
  const perKb = () => best.map((took, at) => (took * 1000) / (all[at].length / 1024));
  const looksSlow = () => perKb()[0] / perKb()[1] > LIMIT * 0.8;
  const began = performance.now();
  for (let run = 0; run < 3 || (run < 500 && performance.now() - began < 100) || (run < 12 && looksSlow()); run += 1) {
    for (const [at, bytes] of all.entries()) {
      const start = performance.now();
      read(bytes);
      best[at] = Math.min(best[at], performance.now() - start);
    }
  }
  return perKb();
}

/** Writes one hostile file after the other under a running server; its own gauge tells how long its event loop stood. */
async function measureStall() {
  const { workspace, remove } = makeWorkspace(3);
  const mission = join(workspace, 'mission-control');
  const server = await startServer(workspace, ['--rate-limit', '1000000', '--collect-interval', '1h', '--no-backups'], {
    NODE_OPTIONS: `--import ${new URL('hostile-gauge.mjs', import.meta.url).href}`,
  });
  const health = () => fetch(`${server.ready.http}/healthz`).then((answer) => answer.text());
  const stalls = {};
  try {
    await gauge(server);
    for (const [reader, path] of [
      ['markdown', join(mission, 'TASK_QUEUE.md')],
      ['json_tasks', join(mission, 'TASK_QUEUE.json')],
      ['office', join(mission, 'current_office_state.json')],
      ['state', join(mission, 'agents', agentId(0), 'state.json')],
      ['card', join(mission, 'agents', agentId(1), 'agent.json')],
    ]) {
      for (const [name, text] of Object.entries(READERS[reader].texts)) {
        const bytes = Buffer.from(text(LARGEST)).subarray(0, 16 * 1024 * 1024);
        writeFileSync(path, bytes);
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await health();
        if (reader === 'markdown') await fetch(`${server.ready.http}/api/tasks`).then((answer) => answer.text());
        stalls[`${reader}.${name}`] = await gauge(server);
      }
      writeFileSync(path, reader === 'markdown' ? '# none\n' : '{}\n');
    }
  } finally {
    await server.stop();
    remove();
  }
  const worst = (name) => round(Math.max(...Object.values(stalls).map((stall) => stall[name])), 1);
  const median = (name) =>
    percentile(
      Object.values(stalls).map((stall) => stall[name]),
      0.5,
    );
  const over = (name) => Object.keys(stalls).filter((text) => stalls[text][name] > 50);
  const figures = (name) => ({ value: worst(name), median: median(name), limit: 50, over: over(name) });
  return { cpu_max_ms: figures('cpu_ms'), stall_max_ms: figures('stall_ms'), each: stalls };
}

/** How long the server's event loop stood still, and the CPU that it took in one go, since the last question. */
async function gauge({ child }) {
  const told = new Promise((resolve) => child.once('message', resolve));
  child.send('how long');
  const { stall, cpu } = await told;
  return { stall_ms: round(stall, 1), cpu_ms: round(cpu, 1) };
}
