// How long texts take that were made to take long: for each reader a family of them, from 1 kB to 16 MB, in time per kB
// against ordinary text of the same size; and how long the server's event loop stands still over such files.
// Options: --largest BYTES (default 16 MB). Ends by itself within about five minutes.
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { CARD, JSON_TASKS, MARKDOWN, OFFICE, STATE } from './hostile-texts.mjs';
import { agentId, makeWorkspace, percentile, root, round, startServer } from './server-process.mjs';

const LARGEST = Number(process.argv[process.argv.indexOf('--largest') + 1]) || 16 * 1024 * 1024 - 4096;
const SIZES = [1024, 16 * 1024, 256 * 1024, 2 * 1024 * 1024, LARGEST].filter((size) => size <= LARGEST);

const bundle = join(tmpdir(), `mc-hostile-${process.pid}.mjs`);
await build({
  entryPoints: [join(root, 'src/workspace/parse-jobs.ts')],
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

const readers = {};
let worst = 0;
for (const [reader, { texts, read }] of Object.entries(READERS)) {
  const ordinary = SIZES.map((size) => costOf(read, texts.ordinary(size)));
  readers[reader] = { ordinary_us_per_kb: ordinary.map((cost) => round(cost)), ratios: {} };
  for (const [name, text] of Object.entries(texts)) {
    if (name === 'ordinary') continue;
    const ratios = SIZES.map((size, at) => round(costOf(read, text(size)) / ordinary[at]));
    readers[reader].ratios[name] = ratios;
    worst = Math.max(worst, ...ratios.slice(1));
  }
}
const stall = await measureStall();
console.log(
  JSON.stringify(
    {
      bench: 'hostile',
      node: process.version,
      sizes: SIZES,
      readers,
      worst_ratio: { value: worst, limit: 3 },
      stall_max_ms: { ...stall, limit: 50 },
    },
    null,
    2,
  ),
);

/** Microseconds per kB, the best of some runs: what else the machine does only adds. */
function costOf(read, text) {
  const bytes = Buffer.from(text);
  const runs = bytes.length > 1e6 ? 2 : bytes.length > 1e5 ? 4 : 30;
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run += 1) {
    const began = performance.now();
    read(bytes);
    best = Math.min(best, performance.now() - began);
  }
  return (best * 1000) / (bytes.length / 1024);
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
  const values = Object.values(stalls);
  return { value: Math.max(...values), median: percentile(values, 0.5), each: stalls };
}

/** The longest that the server's event loop stood still since the last question, in milliseconds. */
async function gauge({ child }) {
  const told = new Promise((resolve) => child.once('message', resolve));
  child.send('stall');
  return round(await told, 1);
}
