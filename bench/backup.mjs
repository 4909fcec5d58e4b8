// Backups of 20,000 files and 400 MB against GNU tar + gzip -6, and pigz, restic and borg where they are installed.
// Options: --files N --megabytes N (smaller for a quick look). Ends by itself within about four minutes.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { openBackups } from '../dist/src/backup/index.js';
import { SETTINGS, workspaceLayout } from '../dist/src/base/index.js';

const option = (name, fallback) => Number(process.argv[process.argv.indexOf(`--${name}`) + 1]) || fallback;
const FILES = option('files', 20_000);
const BYTES = option('megabytes', 400) * 1_000_000;
const AGENTS = Math.max(1, Math.round(FILES / 100));

/** tar+gzip -6 on the machine of the prototypes, in seconds, and restic beside it. */
const PROTOTYPE = { tar_gzip_s: 20, restic_s: 1.7 };

const base = mkdtempSync(join(tmpdir(), 'mc-bench-backup-'));
const root = join(base, 'workspace');
const random = generator(20261123);
const figures = { bench: 'backup', node: process.version, files: FILES, megabytes: BYTES / 1e6 };
try {
  const paths = makeWorkspace();
  await delay(200);
  figures.tar_gzip = outside('tar_gzip', 'tar cf - mission-control | gzip -6 > "$OUT"', true);
  figures.tar_pigz = outside('tar_pigz', 'tar cf - mission-control | pigz -6 > "$OUT"', has('pigz'));
  figures.gzip_test_s = seconds(() => execFileSync('gzip', ['-t', join(base, 'tar_gzip.out')]));
  figures.restic = restic(paths);
  figures.borg = borg(paths);
  // Nobody works beside what others have left.
  for (const left of ['tar_gzip.out', 'tar_pigz.out', 'restic', 'borg']) {
    rmSync(join(base, left), { recursive: true, force: true });
  }
  figures.mc = await ours(paths);
  figures.bars = bars(figures);
} finally {
  rmSync(base, { recursive: true, force: true });
}
console.log(JSON.stringify(figures, null, 2));

/** Everything twice: timed, and then watched, because looking at a loop every millisecond costs a tenth of this machine. */
async function ours(paths) {
  const timed = await steps(paths, time);
  const figures = Object.fromEntries(
    Object.entries(timed).flatMap(([name, { seconds, cpu_s }]) => [
      [`${name}_s`, seconds],
      [`${name}_cpu_s`, cpu_s],
    ]),
  );
  const size_mb = round(timed.first.value.size_bytes / 1e6);
  // What other programs on this machine do to a loop that has nothing to do.
  const { loop_max_ms: loop_idle_max_ms } = await watch(() => delay(3000));
  const watched = await steps(paths, watch);
  const each = (key) => Object.fromEntries(Object.entries(watched).map(([name, step]) => [name, step[key]]));
  return {
    ...figures,
    size_mb,
    one_agent_files: timed.one_agent.value.restored,
    loop_idle_max_ms,
    loop_max_ms_of: each('loop_max_ms'),
    loop_max_ms: Math.max(...Object.values(each('loop_max_ms'))),
    loop_busy_max_ms: Math.max(...Object.values(each('loop_busy_max_ms'))),
    loop_p99_ms: watched.first.loop_p99_ms,
    rss_growth_mb: watched.first.rss_growth_mb,
  };
}

/** All that a backup is used for, from an empty store on. */
async function steps(paths, measured) {
  const settings = Object.fromEntries(Object.entries(SETTINGS).map(([key, setting]) => [key, setting.default]));
  const layout = workspaceLayout(root);
  rmSync(layout.backups, { recursive: true, force: true });
  const backups = await openBackups({ layout, settings, clock: { now: () => Date.now() } });
  const first = await measured(() => backups.create());
  const unchanged = await measured(() => backups.create());
  const scheduled_unchanged = await measured(() => backups.create({ onlyIfChanged: true }));
  touch(paths);
  await delay(200);
  const changed_1_percent = await measured(() => backups.create());
  const { id } = changed_1_percent.value;
  const verify = await measured(() => backups.verify(id, true));
  if (!verify.value.ok) throw new Error(`the archive does not verify: ${verify.value.errors[0]}`);
  const to = mkdtempSync(join(base, 'one-'));
  const one_agent = await measured(() => backups.restore(id, { agent: 'agent-7', to }));
  return { first, unchanged, scheduled_unchanged, changed_1_percent, verify, one_agent };
}

async function time(work) {
  globalThis.gc?.();
  settle();
  const cpu = process.cpuUsage();
  const began = performance.now();
  const value = await work();
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { value, seconds: round(took / 1000), cpu_s: round((user + system) / 1e6) };
}

/** Runs work while watching this process's event loop and memory. */
async function watch(work) {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage().rss);
  }, 20);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const own = watchOwnStalls();
  const value = await work();
  loop.disable();
  clearInterval(timer);
  clearInterval(own.timer);
  return {
    value,
    loop_max_ms: round(loop.max / 1e6),
    loop_p99_ms: round(loop.percentile(99) / 1e6),
    loop_busy_max_ms: round(own.longest),
    rss_growth_mb: round((highest - before) / 1e6),
  };
}

/**
 * The longest turn of the loop in which this thread itself was at work. The rest of a stall is waiting for a core, which on
 * a machine that others use has little to do with the backup. Null where the kernel does not tell.
 */
function watchOwnStalls() {
  const worked = () => {
    try {
      return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
    } catch {
      return Number.NaN;
    }
  };
  const watch = { longest: 0 };
  let last = worked();
  watch.timer = setInterval(() => {
    const now = worked();
    watch.longest = Math.max(watch.longest, now - last);
    last = now;
  }, 2);
  return watch;
}

function bars({ mc, tar_gzip, restic, gzip_test_s }) {
  // Where restic is not installed it is taken to be as much slower or faster here as tar+gzip is: an estimate.
  const estimate = (PROTOTYPE.restic_s * tar_gzip.seconds) / PROTOTYPE.tar_gzip_s;
  const { unchanged_s, changed_1_percent_s } = restic ?? { unchanged_s: estimate, changed_1_percent_s: estimate };
  const bar = (value, limit) => ({ value: round(value), limit, ok: value <= limit });
  return {
    first_full_vs_tar_gzip: bar(mc.first_s / tar_gzip.seconds, 0.6),
    unchanged_vs_restic: bar(mc.unchanged_s / unchanged_s, 1),
    changed_vs_restic: bar(mc.changed_1_percent_s / changed_1_percent_s, 2.5),
    size_vs_tar_gzip: bar(mc.size_mb / tar_gzip.size_mb, 1),
    one_agent_s: bar(mc.one_agent_s, 1),
    verify_vs_gzip_test: bar(mc.verify_s / gzip_test_s, 1.5),
    loop_max_ms: bar(mc.loop_max_ms, 30),
    loop_p99_ms: bar(mc.loop_p99_ms, 20),
    rss_growth_mb: bar(mc.rss_growth_mb, 250),
    restic_measured: restic !== null,
    restic_s: round(unchanged_s),
  };
}

function outside(name, command, installed) {
  if (!installed) return null;
  const out = join(base, `${name}.out`);
  const took = seconds(() => execFileSync('sh', ['-c', command], { cwd: root, env: { ...process.env, OUT: out } }));
  return { seconds: took, size_mb: round(statSync(out).size / 1e6) };
}

function restic(paths) {
  if (!has('restic')) return null;
  const env = { ...process.env, RESTIC_REPOSITORY: join(base, 'restic'), RESTIC_PASSWORD: 'bench' };
  const run = (...args) => execFileSync('restic', args, { cwd: root, env, stdio: 'ignore' });
  run('init');
  return threeRuns(() => run('backup', 'mission-control'), paths);
}

function borg(paths) {
  if (!has('borg')) return null;
  const env = { ...process.env, BORG_REPO: join(base, 'borg'), BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes' };
  const run = (...args) => execFileSync('borg', args, { cwd: root, env, stdio: 'ignore' });
  run('init', '-e', 'none');
  return threeRuns(() => run('create', '::{now:%H%M%S%f}', 'mission-control'), paths);
}

function threeRuns(run, paths) {
  const first_s = seconds(run);
  const unchanged_s = seconds(run);
  touch(paths);
  return { first_s, unchanged_s, changed_1_percent_s: seconds(run) };
}

function touch(paths) {
  const every = 100;
  for (let index = Math.floor(random() * every); index < paths.length; index += every) {
    appendFileSync(paths[Math.floor(random() * paths.length)], `- ${index} changed\n`);
  }
}

/** Agents as they are: states, memory, transcripts, notes, a few pictures; a third of it hardly compresses. */
function makeWorkspace() {
  const paths = [];
  const vocabulary = Array.from({ length: 4000 }, () => word());
  const average = BYTES / FILES;
  for (let file = 0; file < FILES; file += 1) {
    const agent = `agent-${file % AGENTS}`;
    const kind = Math.floor(file / AGENTS) % 10;
    const size = Math.round(average * (0.2 + 1.6 * random()));
    const [name, content] =
      kind === 0
        ? [`data/picture-${file}.png`, noise(size)]
        : kind < 4
          ? [`sessions/${file}.jsonl`, lines(size, vocabulary)]
          : [`memory/note-${file}.md`, prose(size, vocabulary)];
    const path = join(root, 'mission-control', 'agents', agent, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    paths.push(path);
  }
  return paths;
}

function noise(size) {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(Math.floor(random() * 2 ** 32), at);
  return bytes;
}

function prose(size, vocabulary) {
  const words = [];
  for (let length = 0; length < size; ) {
    const next = vocabulary[Math.floor(random() ** 2 * vocabulary.length)];
    words.push(next);
    length += next.length + 1;
  }
  return words.join(' ').slice(0, size);
}

function lines(size, vocabulary) {
  let text = '';
  for (let turn = 0; text.length < size; turn += 1) {
    const timestamp = new Date(1_771_300_000_000 + turn * 1000 * random() * 100).toISOString();
    text += `${JSON.stringify({ timestamp, role: turn % 2 ? 'assistant' : 'user', usage: { input: Math.floor(random() * 9000) }, text: prose(200, vocabulary) })}\n`;
  }
  return text.slice(0, size);
}

function word() {
  return Array.from({ length: 3 + Math.floor(random() * 7) }, () =>
    String.fromCharCode(97 + Math.floor(random() * 26)),
  ).join('');
}

function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The same start for everybody: what others have written is on the disk, else it would be written meanwhile, and the
 * workspace is in memory, which some machines take away from files that nobody reads for a while.
 */
function settle() {
  spawnSync('sh', ['-c', 'sync; tar cf - mission-control | cat > /dev/null'], { cwd: root });
}

function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

function seconds(work) {
  settle();
  const began = performance.now();
  work();
  return round((performance.now() - began) / 1000);
}

function round(value) {
  return Math.round(value * 100) / 100;
}
