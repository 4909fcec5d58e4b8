import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { systemClock } from '../../../src/base/index.js';
import type { AgentReading, Reading } from '../../../src/protocol/index.js';
import { type Watcher, type WatcherOptions, createWatcher } from '../../../src/workspace/watch/watcher.js';

/** A workspace in a temporary folder, a watcher on it, and everything that it told. */
export interface Watched {
  root: string;
  watcher: Watcher;
  first: Reading;
  readings: Reading[];
  modes: { mode: string; reason: string }[];
  /** What the readings say now of an agent; undefined when nothing was ever said. */
  agent: (id: string) => AgentReading | null | undefined;
  /** The agents that are there now. */
  ids: () => string[];
  /** How many readings since the first hold this agent. */
  tellsOf: (id: string) => number;
  /** `kind path` of all changes of other files. */
  files: () => string[];
  path: (...names: string[]) => string;
}

const running: Watched[] = [];

/** Makes a workspace of agents (id → status) and watches it. */
export async function watchOffice(
  agents: Record<string, string>,
  options: Partial<WatcherOptions> = {},
): Promise<Watched> {
  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'mc-watcher-')));
  await mkdir(join(root, 'mission-control'), { recursive: true });
  for (const [id, status] of Object.entries(agents)) await putState(root, id, status);
  return watchRoot(root, options);
}

/** Watches what is at `root`. */
export async function watchRoot(root: string, options: Partial<WatcherOptions> = {}): Promise<Watched> {
  const readings: Reading[] = [];
  const modes: Watched['modes'] = [];
  const watcher = createWatcher({
    clock: systemClock,
    onReading: (reading) => readings.push(reading),
    onMode: (change) => modes.push(change),
    ...options,
    root,
  });
  const first = await watcher.start();
  const agent: Watched['agent'] = (id) =>
    [first, ...readings].findLast((reading) => reading.agents.has(id))?.agents.get(id);
  const watched: Watched = {
    root,
    watcher,
    first,
    readings,
    modes,
    agent,
    ids: () => {
      const all = new Set([first, ...readings].flatMap((reading) => [...reading.agents.keys()]));
      return [...all].filter((id) => agent(id)).sort();
    },
    tellsOf: (id) => readings.filter((reading) => reading.agents.has(id)).length,
    files: () => readings.flatMap((reading) => reading.files.map(({ kind, path }) => `${kind} ${path}`)),
    path: (...names) => join(root, ...names),
  };
  running.push(watched);
  return watched;
}

/** Ends all watchers and removes their workspaces: for `afterEach`. */
export async function endAll(): Promise<void> {
  for (const { watcher, root } of running.splice(0)) {
    await watcher.close();
    await rm(root, { recursive: true, force: true });
  }
}

export function agentPath(root: string, id: string, ...names: string[]): string {
  return join(root, 'mission-control', 'agents', id, ...names);
}

/** Writes a state.json in place. */
export async function putState(root: string, id: string, status: string, more: object = {}): Promise<void> {
  const path = agentPath(root, id, 'state.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify({ status, ...more }));
}

/** Writes a state.json aside and renames it. */
export async function swapState(root: string, id: string, status: string, more: object = {}): Promise<void> {
  const path = agentPath(root, id, 'state.json');
  await writeFile(`${path}.tmp`, JSON.stringify({ status, ...more }));
  await rename(`${path}.tmp`, path);
}

/** Waits until the watcher has told this status of an agent; `null`: that it is gone. */
export async function expectStatus(watched: Watched, id: string, status: string | null, timeout = 5000): Promise<void> {
  const seen = (): string | null | undefined => {
    const reading = watched.agent(id);
    return reading ? reading.agent.status : reading;
  };
  await expect.poll(seen, { timeout, interval: 5 }).toBe(status);
}

/** Waits until nothing was told for `quietMs`: for saying that no more comes. */
export async function settled(watched: Watched, quietMs = 150): Promise<void> {
  for (let before = -1; before !== watched.readings.length; ) {
    before = watched.readings.length;
    await new Promise((resolve) => setTimeout(resolve, quietMs));
  }
}
