import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isWithin, McError, rootsOf, type Settings, workspaceLayout } from '../base/index.js';
import { createFileLog, createLog, type Logger, type LogLevel, openLogFile } from '../base/log.js';

/** The log of a server that has a process of its own. */
export interface ServeLog {
  log: Logger;
  /** Where it lies; null: on stderr. */
  path: string | null;
  /** Resolves when what was said is written down, within two seconds. */
  close: () => Promise<void>;
}

/**
 * Opens the log that the settings ask for: on stderr, or in a file that is followed by a new one in time.
 * @throws McError `usage` for a file in the workspace
 */
export async function openServeLog(settings: Settings, workspace: string, colour: boolean): Promise<ServeLog> {
  const level = settings.logLevel as LogLevel;
  if (settings.logFile === null) {
    const log = createLog(level, settings.logFormat as 'pretty' | 'json', colour);
    return { log, path: null, close: () => Promise.resolve() };
  }
  const path = resolve(settings.logFile);
  await refuseInside(path, workspace);
  const { logMaxMb: maxMb, logKeep: keep } = settings;
  const onTrouble = (error: Error) => process.stderr.write(`the log ${path} cannot be written: ${error.message}\n`);
  const file = openLogFile({ path, maxMb, keep, onTrouble });
  return { log: createFileLog(level, file), path, close: () => file.close(2000) };
}

/** Agents write the workspace: a link that one of them puts in the place of the log would lead it anywhere. */
async function refuseInside(path: string, workspace: string): Promise<void> {
  const layout = workspaceLayout(workspace);
  const roots = [layout.root, ...(await rootsOf(layout))];
  if (!isWithin(path, roots) && !isWithin(await realOf(dirname(path)), roots)) return;
  throw new McError('usage', `the log cannot lie in the workspace, which agents write: ${path}`, {
    hint: 'name a file elsewhere with --log-file',
  });
}

function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
