import { type Config, findServerRecord, isAlive, isSameProcess, McError, serversDirectory } from '../../base/index.js';
import type { ServerRecord } from '../../base/index.js';
import { formatDuration } from '../../protocol/index.js';
import { mustHaveWorkspace } from '../reach/find.js';
import { quote } from '../quote.js';
import { type Launched, launch, tidy } from './launch.js';
import { type BackgroundPlace, backgroundPlace, inTurn } from './place.js';
import { answersReady } from './ready.js';
import { dropBackground, findRunning, readBackground, type RunningRecord, writeBackground } from './record.js';
import { givenSettings } from './settings.js';
import { stopRunning } from './stop.js';
import { until } from './until.js';

/** What `mc start` prints. */
export interface Started {
  /** False: it ran already. */
  started: boolean;
  pid: number;
  http: string;
  ws: string;
  workspace: string;
  /** ISO 8601 UTC. */
  since: string;
  /** Where it logs; null: it was not started in the background. */
  log: string | null;
}

export interface StartOptions {
  /** How long a server may take to be ready, in milliseconds. */
  waitMs: number;
  signal: AbortSignal;
}

/**
 * Starts a server in the background and waits until it answers that it is ready, having proved who it is. One that runs
 * already is found.
 * @throws McError what the server itself said when it ended; `workspace.missing`; `io` when it is not ready in time: it goes on then
 */
export async function startBackground(config: Config, options: StartOptions): Promise<Started> {
  refuseDemo(config);
  await mustHaveWorkspace(config, { evenDefault: true });
  const place = await backgroundPlace(config);
  return inTurn(place, 'mc start', options.signal, async () => {
    const running = await findRunning(place);
    if (running !== null) return already(running, { place, config, options });
    return begin({ place, config, options }, givenSettings(config, ['flag', 'env']));
  });
}

/**
 * Ends the server and starts it again with the flags that it was started with; flags given now count more.
 * @throws McError `busy` for one that was not started by `mc start`; else as `startBackground` and `stopBackground`
 */
export async function restartBackground(
  config: Config,
  { graceMs, ...options }: StartOptions & { graceMs: number },
): Promise<Started & { stopped: boolean; killed: boolean }> {
  refuseDemo(config);
  await mustHaveWorkspace(config, { evenDefault: true });
  const place = await backgroundPlace(config);
  return inTurn(place, 'mc restart', options.signal, async () => {
    const running = await findRunning(place);
    if (running !== null && running.background === null) throw notOurs(running);
    // One that was killed has left what it was started with.
    const before = running?.background ?? (await readBackground(place));
    const settings = { ...givenSettings(config, ['env']), ...before?.settings, ...givenSettings(config, ['flag']) };
    const killed = running === null ? null : await stopRunning(running, { place, config, graceMs });
    const started = await begin({ place, config, options }, settings).catch(async (error: unknown) => {
      // With what was known to work the next restart begins.
      if (before !== null && (await findRunning(place)) === null) await writeBackground(place, before);
      throw error;
    });
    return { ...started, stopped: running !== null, killed: killed !== null };
  });
}

interface Work {
  place: BackgroundPlace;
  config: Config;
  options: StartOptions;
}

async function begin(work: Work, settings: Record<string, string>): Promise<Started> {
  const { place, config } = work;
  const log = settings.MC_LOG_FILE ?? config.values.logFile ?? place.log;
  const launched = await launch(place, { MC_LOG_FILE: log, ...settings });
  await writeBackground(place, { holder: launched.holder, settings });
  const server = await ready(launched, work);
  await tidy(place);
  return { started: true, ...shown(server, log) };
}

/** Waits for a server that was just started; one that fails, or is not waited for any more, is not left behind. */
async function ready(launched: Launched, { place, config, options }: Work): Promise<ServerRecord> {
  const { holder } = launched;
  try {
    const server = await until(
      async () => {
        const failure = await launched.failure();
        if (failure !== null) throw failure;
        const record = await findServerRecord(serversDirectory(), place.workspace);
        if (record === null || !isSameProcess(record.holder, holder)) return null;
        return (await answersReady(record, config)) ? record : null;
      },
      { limitMs: options.waitMs, signal: options.signal },
    );
    if (server === null) throw notYet(holder.pid, options.waitMs);
    return server;
  } catch (error) {
    if (options.signal.aborted) {
      await stopRunning({ holder, server: null, background: null }, { place, config, graceMs: ABORTED_MS });
    }
    if (!(await isAlive(holder))) await dropBackground(place);
    throw error;
  }
}

/** After Ctrl-C a server that is still starting gets so long to end, in milliseconds. */
const ABORTED_MS = 5000;

/** One that is still starting is waited for as well. */
async function already(running: RunningRecord, { place, config, options }: Work): Promise<Started> {
  const server = await until(
    async () => {
      if (!(await isAlive(running.holder))) {
        throw new McError('internal', `the server that was starting (process ${running.holder.pid}) has ended`, {
          hint: 'mc logs says why; mc start starts it again',
        });
      }
      const record = await findServerRecord(serversDirectory(), place.workspace);
      return record !== null && (await answersReady(record, config)) ? record : null;
    },
    { limitMs: options.waitMs, signal: options.signal },
  );
  if (server === null) throw notYet(running.holder.pid, options.waitMs);
  const log = running.background === null ? null : (running.background.settings.MC_LOG_FILE ?? place.log);
  return { started: false, ...shown(server, log) };
}

function shown({ holder, http, ws, workspace }: ServerRecord, log: string | null): Omit<Started, 'started'> {
  return { pid: holder.pid, http, ws, workspace, since: holder.since, log };
}

function notYet(pid: number, waitMs: number): McError {
  return new McError('io', `the server is not ready after ${formatDuration(waitMs)}: process ${pid} goes on`, {
    hint: 'mc logs -f shows what it does, mc start waits for it again, mc stop ends it; --wait 10m waits longer',
  });
}

function notOurs({ holder }: RunningRecord): McError {
  return new McError(
    'busy',
    `the server of this workspace (process ${holder.pid}) was not started by mc start: it runs in a terminal or as a service`,
    {
      hint: 'restart it there (a service: systemctl --user restart …, see mc service status), or mc stop and mc start',
    },
  );
}

function refuseDemo({ values }: Config): void {
  if (!values.demo) return;
  throw new McError('usage', 'a demo plays in the foreground: its workspace goes when it ends', {
    hint: `run mc serve --demo, or start a workspace of your own: mc start --workspace ${quote('DIR')}`,
  });
}
