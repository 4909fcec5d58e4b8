import {
  acquireLock,
  type Config,
  dropServerRecord,
  errnoOf,
  isAlive,
  isSameProcess,
  lastServerRecord,
  type LockHolder,
  McError,
  readLock,
  serversDirectory,
  workspaceLayout,
} from '../../base/index.js';
import { formatDuration } from '../../protocol/index.js';
import { answersReady } from './ready.js';
import { type BackgroundPlace, backgroundPlace, inTurn } from './place.js';
import { dropBackground, findRunning, type RunningRecord } from './record.js';
import { until } from './until.js';

/** What `mc stop` prints. */
export interface Stopped {
  /** False: nothing was running. */
  stopped: boolean;
  workspace: string;
  pid: number | null;
  /** True: it did not end when it was asked to, and was killed. */
  killed: boolean;
  /** Why it was killed; else null. */
  reason: string | null;
}

export interface StopOptions {
  /** How long a server may take to end, in milliseconds, before it is killed. */
  graceMs: number;
  signal: AbortSignal;
}

/** How long the system takes to end a process that was killed, in milliseconds. */
const KILLED_MS = 10_000;

/**
 * Ends the server of a workspace, whoever of this user started it, and makes sure that it is gone: its process, its lock and
 * its records.
 * @throws McError `busy` when a server is at work that no record of this user's tells of; `io` for one that cannot be ended
 */
export async function stopBackground(config: Config, { graceMs, signal }: StopOptions): Promise<Stopped> {
  const place = await backgroundPlace(config);
  const { workspace } = place;
  return inTurn(place, 'mc stop', signal, async () => {
    const running = await findRunning(place);
    if (running === null) {
      await mustBeNobodyElses(place);
      await clean(place);
      return { stopped: false, workspace, pid: null, killed: false, reason: null };
    }
    const reason = await stopRunning(running, { place, config, graceMs });
    return { stopped: true, workspace, pid: running.holder.pid, killed: reason !== null, reason };
  });
}

/** Ends a server that is known to be this user's. Returns why it had to be killed; null: it ended by itself. */
export async function stopRunning(
  running: RunningRecord,
  { place, config, graceMs }: { place: BackgroundPlace; config: Config; graceMs: number },
): Promise<string | null> {
  const { holder } = running;
  await mustBeIt(running, config);
  signalTo(holder, 'SIGTERM');
  const gone = (limitMs: number) => until(async () => ((await isAlive(holder)) ? null : true), { limitMs });
  let reason: string | null = null;
  if ((await gone(graceMs)) === null) {
    reason = `it had not ended ${formatDuration(graceMs)} after it was asked to`;
    signalTo(holder, 'SIGKILL');
    if ((await gone(KILLED_MS)) === null) {
      throw new McError(
        'io',
        `process ${holder.pid} cannot be ended: the system does not end it although it was killed`,
        {
          hint: `it waits for a disk or a network that does not answer: see ps -o stat,wchan -p ${holder.pid}`,
        },
      );
    }
  }
  await clean(place);
  return reason;
}

/** Where the system does not say when a process was started, a pid alone names nobody: the server itself has to prove it. */
async function mustBeIt({ holder, server }: RunningRecord, config: Config): Promise<void> {
  if (holder.started !== null || (server !== null && (await answersReady(server, config).catch(() => false)))) return;
  throw new McError(
    'io',
    `process ${holder.pid} may be another by now: the server that had this number does not answer`,
    {
      hint: `look with ps -p ${holder.pid}; when it is the server, end it: kill ${holder.pid}`,
    },
  );
}

function signalTo({ pid }: LockHolder, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

/** Takes away what a server that was killed has left: of one that lives nothing is touched. */
async function clean(place: BackgroundPlace): Promise<void> {
  const last = await lastServerRecord(serversDirectory(), place.workspace);
  if (last !== null && !(await isAlive(last.holder))) await dropServerRecord(serversDirectory(), last);
  await dropBackground(place);
  const { serverLock } = workspaceLayout(place.workspace);
  const holder = await readLock(serverLock);
  if (holder === null || (await isAlive(holder)) || (last !== null && !isSameProcess(last.holder, holder))) return;
  // Another server may begin this very moment, and it removes a dead lock as well. A workspace that cannot be written keeps it.
  const lock = await acquireLock(serverLock, 'mc stop').catch(() => null);
  await lock?.release();
}

/**
 * A lock in the workspace says that somebody is at work. Agents can write it, so that it is believed, but never acted upon.
 * @throws McError `busy`
 */
async function mustBeNobodyElses({ workspace }: BackgroundPlace): Promise<void> {
  const { serverLock } = workspaceLayout(workspace);
  const holder = await readLock(serverLock);
  if (holder === null || !(await isAlive(holder))) return;
  const who = `process ${holder.pid} on ${holder.host}`;
  throw new McError(
    'busy',
    `${who} holds the lock of this workspace, and no record of yours says that it is a server of yours: it was left alone`,
    {
      hint: `stop it where and as whom it was started; if ${who} is something else, remove ${serverLock}`,
    },
  );
}
