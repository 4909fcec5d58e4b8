import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import {
  acquireLock,
  type Config,
  type Lock,
  makeOwnDirectory,
  McError,
  stateDirectory,
  toMcError,
  workspaceKey,
} from '../../base/index.js';
import { realOf } from '../reach/find.js';
import { until } from './until.js';

/**
 * Where what belongs to the background server of a workspace lies: in the user's own directory, not in the workspace.
 * Agents write that one, and what stands there must never choose which process is ended or which file is written.
 */
export interface BackgroundPlace {
  /** Real path. */
  workspace: string;
  /** What was started, and how. */
  record: string;
  /** Held by the one `mc start`, `stop` or `restart` that is at work. */
  turn: string;
  /** The directory of the logs. */
  logs: string;
  log: string;
  /** What the process said before its log was open: its ready line or its error, and what Node itself says. */
  out: string;
  err: string;
}

/** Of the workspace that the configuration means. @throws McError `config.invalid` as `stateDirectory` */
export async function backgroundPlace({ workspace: named }: Pick<Config, 'workspace'>): Promise<BackgroundPlace> {
  const workspace = await realOf(named);
  const key = workspaceKey(workspace, hostname());
  const state = stateDirectory();
  const own = join(state, 'background');
  const logs = join(state, 'logs', `${slugOf(workspace)}-${key.slice(0, 12)}`);
  return {
    workspace,
    record: join(own, `${key}.json`),
    turn: join(own, `${key}.lock`),
    logs,
    log: join(logs, 'server.log'),
    out: join(logs, 'start.out'),
    err: join(logs, 'start.err'),
  };
}

/** A workspace's name as a part of a file's: letters, digits and dashes, so that people find it. */
export function slugOf(workspace: string): string {
  const words = basename(workspace).replaceAll(/[^A-Za-z0-9]+/g, '-');
  return words.replaceAll(/^-+|-+$/g, '').slice(0, 32) || 'workspace';
}

/** How long one waits for another `mc start`, `stop` or `restart` of the same workspace, in milliseconds. */
const TURN_MS = 120_000;

/**
 * Does something with the background server while nobody else does.
 * @throws McError `busy` when somebody else has been at it for two minutes; `io`, `file.denied` … where the user's own
 *   directory cannot be written
 */
export async function inTurn<T>(
  place: BackgroundPlace,
  purpose: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  for (const directory of [join(place.record, '..'), place.logs]) {
    await makeOwnDirectory(directory).catch((error: unknown) => {
      throw unwritable(directory, error);
    });
  }
  const lock = await until(
    () =>
      acquireLock(place.turn, purpose).catch((error: unknown): null => {
        if (error instanceof McError && error.code === 'busy') return null;
        throw error;
      }),
    { limitMs: TURN_MS, signal },
  );
  const held: Lock = lock ?? (await acquireLock(place.turn, purpose));
  try {
    return await work();
  } finally {
    await held.release();
  }
}

function unwritable(directory: string, error: unknown): McError {
  const { code, message } = toMcError(error);
  return new McError(code, `a server in the background needs a directory of yours for its record and log: ${message}`, {
    hint: `make ${directory} writable, or set XDG_STATE_HOME to a directory that is; mc serve needs neither`,
    cause: error,
  });
}
