import { type Config, McError } from '../../base/index.js';
import { isoOf } from '../../protocol/index.js';
import { namedServer } from '../reach/find.js';
import { readLog } from './read.js';
import { logPath } from './show.js';

/** A server that does not run. */
export interface Down {
  /** When its log ends, milliseconds since the epoch; null: it never had one in the background. */
  since: number | null;
  /** True: it would run on this machine. */
  isHere: boolean;
}

/** What a log says last. */
interface LastLine {
  at: number;
  /** False: the log ends without saying that the server stopped. It was killed, or the machine went down. */
  stopped: boolean;
}

/**
 * An error of a command that found no server, with since when there is none and how the last one ended. Any other error stays
 * as it is, without a `down`. Never throws.
 */
export async function explainDown(thrown: unknown, config: Config): Promise<{ error: unknown; down: Down | null }> {
  if (!(thrown instanceof McError) || thrown.code !== 'server.unreachable') return { error: thrown, down: null };
  const { message, hint } = thrown;
  if (namedServer(config) !== null) return { error: thrown, down: { since: null, isHere: false } };
  const last = await lastLine(config).catch(() => null);
  if (last === null) return { error: thrown, down: { since: null, isHere: true } };
  const at = isoOf(last.at);
  const how = last.stopped
    ? `down since ${at}, when it was stopped`
    : `down: its log ends at ${at} without a word of stopping`;
  const error = new McError('server.unreachable', `${message} (${how})`, { cause: thrown, ...(hint ? { hint } : {}) });
  return { error, down: { since: last.at, isHere: true } };
}

/** Null where there is no log, or none that says when. */
async function lastLine(config: Config): Promise<LastLine | null> {
  let found: LastLine | null = null;
  await readLog(await logPath(config), { last: 1, since: null, level: null }, ({ time, fields }) => {
    if (time !== null) found = { at: time, stopped: fields?.msg === 'stopped' };
  });
  return found;
}
