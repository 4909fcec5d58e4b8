import { resolve } from 'node:path';
import { type Config, McError } from '../../base/index.js';
import { backgroundPlace } from '../background/place.js';
import { readBackground } from '../background/record.js';
import { quote } from '../quote.js';
import { logParts } from './files.js';
import { followLog } from './follow.js';
import type { LogLine } from './line.js';
import { type LogQuestion, readLog } from './read.js';

/** Where the server of a workspace logs: what was named, else what it was started with, else its usual place. */
export async function logPath(config: Config): Promise<string> {
  const { logFile } = config.values;
  if (logFile !== null) return resolve(logFile);
  const place = await backgroundPlace(config);
  return (await readBackground(place))?.settings.MC_LOG_FILE ?? place.log;
}

/**
 * Says the lines of the server's log that are wanted; with a signal what comes after them too, until it is aborted.
 * @throws McError `not_found` where there is no log
 */
export async function showLogs(
  config: Config,
  question: LogQuestion,
  say: (line: LogLine) => void,
  follow: AbortSignal | null,
): Promise<void> {
  const path = await logPath(config);
  if ((await logParts(path)).length === 0 && follow === null) {
    throw new McError('not_found', `there is no log for ${config.workspace}: no ${path}`, {
      hint: `a server that is started with mc start --workspace ${quote(config.workspace)} logs there; mc serve logs to its terminal`,
    });
  }
  const end = await readLog(path, question, say);
  if (follow !== null) await followLog(path, end, question, { signal: follow, say });
}
