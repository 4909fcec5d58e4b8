import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Clock,
  dataDirectory,
  homeDirectory,
  McError,
  packageVersion,
  type Settings,
  userConfigDirectory,
} from '../base/index.js';
import type { Logger } from '../base/log.js';
import { RUNTIME_NAMES, type RuntimeName } from '../protocol/index.js';
import {
  createRuntimes,
  type EngineSetup,
  noAnswers,
  READ_RUNTIMES,
  rootNames,
  type Runtimes,
} from '../runtimes/index.js';

/** Where the runtimes of this machine and what is known of them lie. */
export interface RuntimePlaces {
  home: string;
  /** Names the runtimes' directories (`CODEX_HOME`). */
  env: Readonly<Record<string, string | undefined>>;
  /** Of this user, for what is kept (`dataDirectory()`). */
  data: string;
  /** The file of prices unless a setting names one. */
  prices: string;
  /** What tests put in the place of this machine's processes and of how often is looked. */
  standIns?: Partial<Pick<EngineSetup, 'processes' | 'pace' | 'temporary'>>;
}

/** Those of the user who calls. @throws McError `config.invalid` where the home is not known */
export function runtimePlaces(env: NodeJS.ProcessEnv = process.env): RuntimePlaces {
  const prices = join(userConfigDirectory(env), 'prices.json');
  return { home: homeDirectory(), env, data: dataDirectory(env), prices };
}

export interface RuntimesOptions {
  /** null: none are read. */
  places: RuntimePlaces | null;
  settings: Settings;
  /** The workspace's directory of agents. */
  agents: string;
  clock: Clock;
  log: Logger;
}

/** The runtimes that are to be read; null: none. @throws McError `usage` for a root that belongs to none */
export function runtimesOf({ places, settings, agents, clock, log }: RuntimesOptions): Runtimes | null {
  const runtimes = wantedRuntimes(settings.runtimes);
  if (places === null || runtimes.length === 0) return null;
  const { home, env, data, prices, standIns = {} } = places;
  const configured = configuredRoots(settings.runtimeRoots);
  const roots = Object.fromEntries(
    RUNTIME_NAMES.map((name) => [name, rootNames(name, { home, env, configured: configured.get(name) })]),
  );
  const setup: EngineSetup = {
    runtimes,
    roots,
    home,
    temporary: tmpdir(),
    scratch: join(data, 'runtimes'),
    database: join(data, 'usage.db'),
    prices: { path: settings.prices ?? prices, named: settings.prices !== null },
    agentsDirectory: agents,
    processes: null,
    pace: {},
    version: packageVersion(),
    ...standIns,
  };
  return createRuntimes({ setup, clock, log });
}

/** What the routes ask of runtimes; where none are read, there is nothing. */
export type RuntimeQuestions = Pick<Runtimes, 'ask'>;

/** @throws as `Runtimes.ask` */
export function questionsTo(runtimes: Runtimes | null): RuntimeQuestions {
  if (runtimes) return runtimes;
  return { ask: (name) => Promise.resolve(NOTHING[name] as never) };
}

const NOTHING = noAnswers([]);

function wantedRuntimes(words: readonly string[]): RuntimeName[] {
  if (words.includes('none')) return [];
  return words.includes('all') ? READ_RUNTIMES : READ_RUNTIMES.filter((name) => words.includes(name));
}

function configuredRoots(entries: readonly string[]): Map<RuntimeName, string[]> {
  const found = new Map<RuntimeName, string[]>();
  for (const entry of entries) {
    const [name = '', ...path] = entry.split('=');
    const runtime = RUNTIME_NAMES.find((known) => known === name);
    if (!runtime || path.join('=') === '') {
      throw new McError(
        'usage',
        `--runtime-roots: ${JSON.stringify(entry)} does not name a runtime and its directory`,
        {
          hint: `write it as codex=~/other/.codex; runtimes are ${RUNTIME_NAMES.join(', ')}`,
        },
      );
    }
    found.set(runtime, [...(found.get(runtime) ?? []), path.join('=')]);
  }
  return found;
}
