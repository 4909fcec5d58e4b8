import { constants } from 'node:fs';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ERRORS, type ErrorCode } from '../../protocol/index.js';
import { identityOf, type LockHolder, McError, packageRoot } from '../../base/index.js';
import type { BackgroundPlace } from './place.js';
import { environmentWith } from './settings.js';

/** A server that was started, and is not ready yet. */
export interface Launched {
  holder: LockHolder;
  /** The error with which it ended; null: it goes on. */
  failure(): Promise<McError | null>;
}

/** What of its last words is shown when it said nothing that could be understood. */
const LAST_BYTES = 2000;

/** Starts `mc serve` in a session of its own, so that it outlives the terminal; its log goes to the place's file. */
export async function launch(place: BackgroundPlace, settings: Record<string, string>): Promise<Launched> {
  // Only who starts something loads it.
  const { execa } = await import('execa');
  const [out, err] = [await openNew(place.out), await openNew(place.err)];
  try {
    const args = [join(packageRoot(), 'bin', 'run.js'), 'serve', '--workspace', place.workspace, '--json'];
    const child = execa(process.execPath, args, {
      // A directory that no disk has to be kept mounted for, and in which no relative path is found by chance.
      cwd: '/',
      detached: true,
      cleanup: false,
      reject: false,
      extendEnv: false,
      env: environmentWith({ MC_LOG_FILE: place.log, ...settings }, process.env),
      // Any open descriptor will do; the type knows those up to 9 only.
      stdio: ['ignore', out.fd as 9, err.fd as 9],
    });
    let ended: {
      exitCode?: number | undefined;
      signal?: string | undefined;
      originalMessage?: string | undefined;
    } | null = null;
    const end = child.then((result) => {
      ended = result;
    });
    if (child.pid === undefined) {
      await end;
      throw new McError('io', `the server could not be started: ${wordsOf(ended)}`);
    }
    child.unref();
    return {
      holder: {
        ...(await identityOf(child.pid)),
        since: new Date().toISOString(),
        purpose: 'mc serve',
        details: {},
      },
      failure: async () => (ended === null ? null : failureOf(place, wordsOf(ended))),
    };
  } finally {
    await Promise.all([out.close(), err.close()]);
  }
}

/** After the start nobody reads them; what is empty says nothing. */
export async function tidy(place: BackgroundPlace): Promise<void> {
  await rm(place.out, { force: true });
  const { size } = await stat(place.err);
  if (size === 0) await rm(place.err, { force: true });
}

function openNew(path: string) {
  return open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0), 0o600);
}

function wordsOf(
  result: { exitCode?: number | undefined; signal?: string | undefined; originalMessage?: string | undefined } | null,
): string {
  if (result?.signal) return `it was ended by ${result.signal}`;
  if (result?.exitCode !== undefined) return `it ended with status ${result.exitCode}`;
  return result?.originalMessage ?? 'for an unknown reason';
}

/** The error that the server printed, so that who started it ends as it did. */
async function failureOf(place: BackgroundPlace, how: string): Promise<McError> {
  const [out, err] = await Promise.all([place.out, place.err].map((path) => readFile(path, 'utf8').catch(() => '')));
  const said = errorIn(out ?? '');
  if (said !== null) return said;
  const last = (err ?? '').slice(-LAST_BYTES).trim();
  return new McError('internal', `the server did not start: ${how}${last === '' ? '' : `\n${last}`}`, {
    hint: `its log may say more: mc logs, or ${place.log}`,
  });
}

function errorIn(text: string): McError | null {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: string; message?: string; hint?: string | null } };
    const { code = '', message, hint } = error ?? {};
    if (!Object.hasOwn(ERRORS, code) || typeof message !== 'string') return null;
    return new McError(code as ErrorCode, message, hint ? { hint } : {});
  } catch {
    return null;
  }
}
