// What benches of the whole server share: a workspace of so many agents, and `mc serve` over it in a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const mc = join(root, 'bin', 'run.js');

/** A workspace of `count` agents named agent-0000 … in a temporary folder; `remove` takes it away. */
export function makeWorkspace(count) {
  const workspace = mkdtempSync(join(tmpdir(), 'mc-bench-'));
  for (let index = 0; index < count; index += 1) {
    const directory = join(workspace, 'mission-control', 'agents', agentId(index));
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'state.json'), stateOf(index, 0));
    writeFileSync(join(directory, 'SOUL.md'), `# Agent ${index}\n\n- **Role:** Bench\n`);
  }
  return { workspace, remove: () => rmSync(workspace, { recursive: true, force: true }) };
}

export const agentId = (index) => `agent-${String(index).padStart(4, '0')}`;
export const statePath = (workspace, index) =>
  join(workspace, 'mission-control', 'agents', agentId(index), 'state.json');
export const stateOf = (index, turn) =>
  JSON.stringify(
    { status: turn % 2 ? 'busy' : 'active', current_tasks: [`task ${turn}`], tasks_completed: turn, index },
    null,
    2,
  );

/** Starts `mc serve` on free ports; `ready` holds its ready line and how long it took in milliseconds. */
export async function startServer(workspace, args = [], env = null) {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [mc, 'serve', '--json', '-w', workspace, '--port', '0', '--ws-port', '0', '--log-level', 'error', ...args],
    {
      // With variables of its own it can be asked, too.
      stdio: ['ignore', 'pipe', 'inherit', ...(env ? ['ipc'] : [])],
      env: { ...process.env, MC_RUNTIMES: 'none', ...env },
    },
  );
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const took = performance.now() - began;
  const stop = async () => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  };
  return { child, ready: JSON.parse(line), took, stop };
}

/** CPU time that a process has used, in milliseconds (Linux: fields 14 and 15 of /proc/PID/stat, in hundredths). */
export function cpuOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The same to the nanosecond, of the threads that it has now (Linux: the first field of each thread's schedstat). */
export function cpuExactlyOf(pid) {
  const folder = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(folder).map((thread) => Number(fieldOf(join(folder, thread, 'schedstat'))));
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
}

const fieldOf = (path) => readFileSync(path, 'utf8').split(' ')[0];

/** Resident memory of a process in MB. */
export function rssOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
}

/** The value below which the share `p` of the sorted values lies. */
export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? null;
}

export const round = (value, digits = 2) => (value === null ? null : Number(value.toFixed(digits)));
