import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { withoutOverdue } from '../../support/quiet-alerts.js';

const root = join(import.meta.dirname, '..', '..', '..');
const bin = join(root, 'bin', 'run.js');

/** A home of its own for every test file: nothing of the machine's configuration, nothing left behind. */
export interface Place {
  home: string;
  /** A copy of the fixture workspace. */
  office: string;
  env: Record<string, string>;
  clear(): Promise<void>;
}

/** What `mc serve --json` says when it is ready. */
export interface Ready {
  event: string;
  http: string;
  ws: string;
  workspace: string;
  pid: number;
}

/** A running `mc`. */
export type Running = ReturnType<typeof mc>;

/** A server under test. */
export interface Served {
  ready: Ready;
  process: Running;
  /** SIGTERM, and its exit status. */
  end: () => Promise<number | undefined>;
}

/** Makes a place. `overdue`: alerts tell of the fixture's overdue tasks. */
export async function makePlace({ overdue = false } = {}): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), 'mc-e2e-'));
  if (!overdue) withoutOverdue(join(home, 'config', 'mission-control'));
  const office = join(home, 'office');
  await cp(join(root, 'test', 'fixtures', 'office'), office, { recursive: true });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    TMPDIR: home,
    MC_RUNTIMES: 'none',
  };
  return { home, office, env, clear: () => rm(home, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Starts `mc` with these arguments. Does not reject at exit statuses. */
export function mc(place: Place, args: readonly string[], options: Options = {}) {
  return execa(process.execPath, [bin, ...args], {
    cwd: place.home,
    extendEnv: false,
    reject: false,
    timeout: 20_000,
    stripFinalNewline: false,
    ...options,
    env: { ...place.env, ...(options.env as Record<string, string> | undefined) },
  });
}

/** Runs `mc` to its end. */
export async function run(place: Place, args: readonly string[], options: Options = {}) {
  const result = await mc(place, args, options);
  return { status: result.exitCode, out: String(result.stdout), err: String(result.stderr) };
}

/** Runs `mc … --json` and parses what it says. */
export async function runJson(place: Place, args: readonly string[]) {
  const { status, out, err } = await run(place, [...args, '--json']);
  return { status, json: JSON.parse(out), err };
}

/** Starts a server on free ports, or those given, and waits until it is ready. */
export async function serve(place: Place, more: readonly string[] = [], options: Options = {}): Promise<Served> {
  const ports = more.includes('--port') ? [] : ['--port', '0', '--ws-port', '0'];
  const where = more.includes('--demo') ? [] : ['--workspace', place.office];
  const child = mc(place, ['serve', ...where, ...ports, ...more, '--json'], { timeout: 120_000, ...options });
  const line = await firstLine(child);
  return {
    ready: JSON.parse(line) as Ready,
    process: child,
    async end() {
      child.kill('SIGTERM');
      return (await child).exitCode;
    },
  };
}

/** The first line of a process's stdout. Rejects with its stderr when it ends without one. */
export function firstLine(child: Running): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    child.then(
      ({ exitCode, stderr }) => reject(new Error(`ended with ${exitCode} before it said anything: ${String(stderr)}`)),
      reject,
    );
  });
}
