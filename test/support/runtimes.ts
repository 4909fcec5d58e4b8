import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUNTIME_NAMES } from '../../src/protocol/index.js';
import { type EngineSetup, READ_RUNTIMES, rootNames } from '../../src/runtimes/index.js';
import type { Home } from './homes.js';

/** What the engine begins with to read a made home, as if its processes ran here. `data`: a directory for what it keeps. */
export function setupOf(home: Home, data: string): EngineSetup {
  const roots = RUNTIME_NAMES.map((name) => [name, rootNames(name, { home: home.home, env: home.env })]);
  return {
    runtimes: READ_RUNTIMES,
    roots: Object.fromEntries(roots),
    home: home.home,
    scratch: join(data, 'runtimes'),
    database: join(data, 'usage.db'),
    prices: { path: join(home.root, 'prices.json'), named: true },
    agentsDirectory: null,
    version: 'test',
    ...standInsOf(home),
  };
}

/** What stands in for the machine that a home was made for. It is looked at often, so that no test waits a minute. */
export function standInsOf(home: Home): Pick<EngineSetup, 'processes' | 'pace' | 'temporary'> {
  const table = JSON.parse(readFileSync(join(home.root, 'process-table.json'), 'utf8'));
  const pids = Object.entries(table.pids as Record<string, { alive: boolean; start_ticks: string }>);
  return {
    processes: {
      starts: Object.fromEntries(pids.flatMap(([pid, { alive, start_ticks }]) => (alive ? [[pid, start_ticks]] : []))),
      held: table.held_locks.map(({ path }: { path: string }) => join(home.home, path)),
    },
    pace: { hot: 50, manyHot: 50, directories: 100, whole: 200 },
    temporary: join(home.root, 'tmp'),
  };
}
