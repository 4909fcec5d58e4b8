// The dashboard against a plain Ink table: CPU and bytes while a fleet changes, idle cost, 2,000 agents, the first frame.
// Options: --seconds N per measurement (default 6), --rounds N (default 3; the median counts). About three minutes.
import { execFileSync, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mc, percentile, round } from './server-process.mjs';

/** The util-linux program that runs another one on a terminal. */
const PSEUDO_TERMINAL = 'script';

const here = dirname(fileURLToPath(import.meta.url));
const option = (name, value) => Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) || value;
const seconds = option('seconds', 6);
const rounds = option('rounds', 3);

const runs = { all: [], few: [], large: [], idle: [], naiveAll: [], naiveFew: [] };
for (let count = 0; count < rounds; count++) {
  // Side by side in each round, so that a busy machine is busy for all of them.
  runs.all.push(measure('tui-dashboard', 100, 100));
  runs.large.push(measure('tui-dashboard', 2000, 100));
  runs.naiveAll.push(measure('tui-naive', 100, 100));
  runs.few.push(measure('tui-dashboard', 100, 1));
  runs.naiveFew.push(measure('tui-naive', 100, 1));
  runs.idle.push(measure('tui-dashboard', 100, 0));
}
const cpu = (name) => median(runs[name].map((run) => run.cpu_percent));
const bytes = (name) => median(runs[name].map((run) => run.bytes_per_second));
const node = [];
const first = [];
for (let count = 0; count < rounds * 3; count++) {
  const began = performance.now();
  execFileSync(process.execPath, ['-e', '0']);
  node.push(performance.now() - began);
  first.push(await firstFrame());
}
const figures = {
  bench: 'tui',
  node: process.version,
  every_agent_20_times_a_second: compared('all', 'naiveAll'),
  one_agent_20_times_a_second: compared('few', 'naiveFew'),
  agents_2000: { cpu_percent: round(cpu('large'), 2), against_100: round(cpu('large') / cpu('all'), 2) },
  idle: { cpu_percent: round(cpu('idle'), 2), bytes_per_second: round(bytes('idle'), 0) },
  first_frame: {
    ms: round(median(first), 0),
    node_ms: round(median(node), 0),
    ratio: round(median(first) / median(node), 1),
  },
};
console.log(JSON.stringify(figures, null, 2));

function compared(ours, naive) {
  return {
    cpu_percent: round(cpu(ours), 2),
    naive_cpu_percent: round(cpu(naive), 2),
    ratio: round(cpu(ours) / cpu(naive), 3),
    bytes_per_second: round(bytes(ours), 0),
    naive_bytes_per_second: round(bytes(naive), 0),
  };
}

function measure(name, agents, perTick) {
  const args = [join(here, `${name}.mjs`), String(agents), String(perTick), String(seconds)];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
}

/** Milliseconds from the start of `mc status` on a terminal (made by script(1)) to its first frame. */
function firstFrame() {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const command = [process.execPath, mc, 'status', '--server', 'http://127.0.0.1:9']
      .map((word) => `'${word}'`)
      .join(' ');
    const env = { ...process.env, TERM: 'xterm-256color' };
    const child = spawn(PSEUDO_TERMINAL, ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    child.on('error', reject);
    child.stdout.on('data', (chunk) => {
      if (!String(chunk).includes('\u001b[?2026l')) return;
      resolve(performance.now() - began);
      child.kill('SIGTERM');
    });
  });
}

function median(values) {
  return percentile(values, 0.5);
}
