import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, onTestFinished } from 'vitest';
import { withoutOverdue } from '../../support/quiet-alerts.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MC = join(ROOT, 'bin', 'run.js');
let count = 0;

/** Nothing of the machine's configuration, nothing left behind; what a fixture's overdue tasks would say comes in no picture. */
const home = mkdtempSync(join(tmpdir(), 'mc-tui-home-'));
const HOME = { HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_STATE_HOME: join(home, 'state') };
withoutOverdue(join(HOME.XDG_CONFIG_HOME, 'mission-control'));
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

/** The program in a real terminal (tmux), as a person has it. */
export interface Terminal {
  /** What the terminal shows now. */
  screen: () => string;
  /** The same with colours. */
  coloured: () => string;
  keys: (...keys: string[]) => void;
  /** Types a text as it is. */
  type: (text: string) => void;
  /** Pastes a text, as the clipboard does it: marked where the program asked for marks. */
  paste: (text: string) => void;
  resize: (columns: number, rows: number) => void;
  /** Value of one of tmux's variables for this window. */
  ask: (variable: string) => string;
  /** Waits until the screen shows this. */
  shows: (what: string | RegExp, timeout?: number) => Promise<void>;
  showsNot: (what: string | RegExp) => Promise<void>;
  /** The screen, masked, once it stands still: tmux 3.3 shows a frame while it is being written. */
  still: () => Promise<string>;
}

/** Runs a shell command line in a terminal of this size; it goes when the test ends. */
export function openTerminal(
  columns: number,
  rows: number,
  command: string,
  env: Record<string, string> = {},
): Terminal {
  count += 1;
  const socket = `mc-test-${process.pid}-${count}`;
  // tmux runs what it is given by $SHELL, and without one by the account's own: an account such as nobody has none that runs anything.
  const run = (args: string[], input = '') =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { ...process.env, SHELL: '/bin/sh' },
      input,
    });
  const tmux = (...args: string[]) => run(args);
  const all = {
    ...HOME,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    TERM: 'screen-256color',
    PS1: 'ready> ',
    ...env,
  };
  const words = Object.entries(all).map(([name, value]) => `${name}='${value}'`);
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), `env -u NO_COLOR -u CI ${words.join(' ')} sh`);
  onTestFinished(() => {
    tmux('kill-server');
  });
  const screen = () => tmux('capture-pane', '-p');
  const terminal: Terminal = {
    screen,
    coloured: () => tmux('capture-pane', '-p', '-e'),
    keys: (...keys) => {
      tmux('send-keys', ...keys);
    },
    type: (text) => {
      tmux('send-keys', '-l', text);
    },
    paste: (text) => {
      run(['load-buffer', '-'], text);
      tmux('paste-buffer', '-p');
    },
    resize: (width, height) => {
      tmux('resize-window', '-x', String(width), '-y', String(height));
    },
    ask: (variable) => tmux('display-message', '-p', `#{${variable}}`).trim(),
    shows: async (what, timeout = 15_000) => {
      const wait = expect.poll(screen, { timeout, interval: 60 });
      await (typeof what === 'string' ? wait.toContain(what) : wait.toMatch(what));
    },
    showsNot: async (what) => {
      const wait = expect.poll(screen, { timeout: 10_000, interval: 60 });
      await (typeof what === 'string' ? wait.not.toContain(what) : wait.not.toMatch(what));
    },
    still: async () => {
      let before = '';
      const stands = () => {
        const [last, now] = [before, masked(screen())];
        before = now;
        return last === now;
      };
      await expect.poll(stands, { timeout: 10_000, interval: 300 }).toBe(true);
      return before;
    },
  };
  terminal.type(`clear; ${command}; echo "left with $?"`);
  terminal.keys('Enter');
  return terminal;
}

/** `mc` with these words, as a shell takes it. */
export function mc(words: string): string {
  return `'${process.execPath}' '${MC}' ${words}`;
}

/** A copy of the fixture workspace, named `office`. */
export function office(): string {
  const parent = mkdtempSync(join(tmpdir(), 'mc-tui-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const root = join(parent, 'office');
  cpSync(join(ROOT, 'test', 'fixtures', 'office'), root, { recursive: true });
  return root;
}

export interface Serving {
  http: string;
  ws: string;
  stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** `mc serve` over a workspace, ready. */
export async function serve(workspace: string, ports = ['--port', '0', '--ws-port', '0']): Promise<Serving> {
  const args = [MC, 'serve', '--json', '-w', workspace, ...ports, '--log-level', 'error'];
  const child: ChildProcess = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...HOME },
  });
  const gone = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    await gone;
  };
  onTestFinished(() => stop());
  if (!child.stdout) throw new Error('no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    const { http, ws } = JSON.parse(line) as { http: string; ws: string };
    return { http, ws, stop };
  }
  throw new Error('the server ended before it was ready');
}

/** What differs from run to run, masked in place: times of day, ages, identifiers of runs. */
function masked(screen: string): string {
  return screen
    .replaceAll(/\d\d:\d\d:\d\d/g, 'HH:MM:SS')
    .replaceAll(/\d\d:\d\d(?!:)/g, 'HH:MM')
    .replaceAll(/live \d+s ?/g, (found) => 'live AGE'.padEnd(found.length))
    .replaceAll(/ {1,4}(now|\d+[smhd])(?!\w)(?= {0,3}(\d{0,2}|⚠)? *$)/gm, (found) => 'AGE'.padStart(found.length))
    .replaceAll(/\((now|\d+[smh])\)/g, '(AGE)')
    .replaceAll(/health +[\d.–]+ *[▲▼]?/g, (found) => 'health N'.padEnd(found.length))
    .replaceAll(/ +$/gm, '');
}
