// `npm run bench -- startup [--runs N]`: whole processes of `mc`, as a shell starts them, against `node -e 0` in the same
// rounds. Medians of interleaved runs, so that what else the machine does falls on all of them alike.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'bin', 'run.js');
const { values } = parseArgs({ options: { runs: { type: 'string', default: '25' } } });
const runs = Number(values.runs);
const home = mkdtempSync(join(tmpdir(), 'mc-startup-'));
const workspace = join(home, 'office');
cpSync(join(root, 'test', 'fixtures', 'office'), workspace, { recursive: true });
const env = { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: join(home, 'config'), TERM: 'xterm-256color' };
const where = ['--workspace', workspace];

/**
 * Name, arguments, and how much longer than `node -e 0` it may take.
 * @type {[string, string[], number | null][]}
 */
const CASES = [
  ['--version', ['--version'], 1.3],
  ['--help', ['--help'], 2.2],
  ['config path', ['config', 'path', ...where], 2.2],
  ['metrics query', ['metrics', 'query', 'success_rate', ...where], 2.2],
  ['agents list', ['agents', 'list', ...where], 2.2],
  ['status --line', ['status', '--line', ...where], 2.2],
  ['status --once', ['status', '--once', ...where], null],
  ['tasks list', ['tasks', 'list', ...where], null],
  ['backup list', ['backup', 'list', ...where], null],
];
const FRAME_BAR = 4;

const server = await serve();
try {
  const times = Object.fromEntries(
    ['node -e 0', ...CASES.map(([name]) => name), 'status: first frame'].map((name) => [name, []]),
  );
  // The first round fills the caches of disk and compiler.
  for (let round = 0; round <= runs; round += 1) {
    const keep = (name, ms) => round > 0 && times[name].push(ms);
    keep('node -e 0', await timed(process.execPath, ['-e', '0']));
    for (const [name, args] of CASES) keep(name, await timed(process.execPath, [bin, ...args]));
    keep('status: first frame', await firstFrame());
  }
  console.log(JSON.stringify(figures(times), null, 2));
} finally {
  server.kill('SIGTERM');
  await new Promise((ended) => server.once('close', ended));
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

function figures(times) {
  const base = median(times['node -e 0']);
  const bars = { ...Object.fromEntries(CASES.map(([name, , bar]) => [name, bar])), 'status: first frame': FRAME_BAR };
  const rows = Object.entries(times).map(([name, list]) => {
    const ms = median(list);
    const bar = bars[name] ?? null;
    // Ratios within a round, so that a busy minute falls on both sides.
    const ratio = median(list.map((own, round) => own / times['node -e 0'][round]));
    return [name, { median_ms: fixed(ms, 1), ratio: fixed(ratio, 2), bar, ...(bar && { met: ratio <= bar }) }];
  });
  return { bench: 'startup', node: process.version, runs, node_ms: fixed(base, 1), commands: Object.fromEntries(rows) };
}

/** Milliseconds from start to end of a process. */
function timed(command, args) {
  const began = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.resume();
    let said = '';
    child.stderr.on('data', (chunk) => (said += chunk));
    child.once('error', fail);
    child.once('close', (code) => {
      if (code !== 0) fail(new Error(`${args.join(' ')} ended with ${code}: ${said}`));
      else done(performance.now() - began);
    });
  });
}

/** Milliseconds until the dashboard has drawn agents on a terminal: util-linux's `script` gives it one. */
function firstFrame() {
  const began = performance.now();
  return new Promise((done, fail) => {
    const line = [process.execPath, bin, 'status', ...where].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', `stty cols 120 rows 40; exec ${line}`, '/dev/null'], { env, cwd: home });
    let seen = '';
    let at = null;
    child.stdout.on('data', (chunk) => {
      seen += chunk;
      if (at !== null || !seen.includes('agents')) return;
      at = performance.now() - began;
      // Its terminal goes away, and the dashboard with it.
      child.kill('SIGTERM');
    });
    child.once('error', fail);
    const limit = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.once('close', () => {
      clearTimeout(limit);
      if (at === null) fail(new Error(`the dashboard drew nothing: ${seen.slice(0, 500)}`));
      else done(at);
    });
  });
}

async function serve() {
  const args = [bin, 'serve', ...where, '--port', '0', '--ws-port', '0', '--json'];
  const child = spawn(process.execPath, args, { env, cwd: home, stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((ready, fail) => {
    child.stdout.once('data', ready);
    child.once('close', (code) => fail(new Error(`the server ended with ${code}`)));
  });
  return child;
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function fixed(value, digits) {
  return Number(value.toFixed(digits));
}
