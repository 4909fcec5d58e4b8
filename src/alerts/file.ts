import { statSync } from 'node:fs';
import { join } from 'node:path';
import { McError, readRegularSync, suggest, toMcError, userConfigDirectory, wasRead } from '../base/index.js';

/** What stands in the user's `alerts.json`, each part as it is: who owns a part reads it. */
export interface AlertsFileContent {
  rules: unknown;
  builtin: unknown;
  targets: unknown;
}

/** Its keys. */
const KEYS = ['rules', 'builtin', 'targets'] as const satisfies readonly (keyof AlertsFileContent)[];
/** It may hold secrets of targets. */
const OTHERS_MAY_SEE = 0o077;
/** Hundreds of rules and targets fill less, in bytes. */
const LIMIT = 1024 * 1024;
/** How often it is looked whether the file is another, in milliseconds. */
const LOOK_MS = 500;
const REMEDY = 'mend the file or remove it';

/** Where it lies when nothing else is said: in the user's own directory, where no agent writes. */
export function alertsFilePath(env: NodeJS.ProcessEnv = process.env, home?: string): string {
  return join(userConfigDirectory(env, home), 'alerts.json');
}

/**
 * Reads it; null when there is none.
 * @throws McError `config.invalid` for a file that others can read or write or that is somebody else's, that is not JSON, or
 *   has a key that nobody knows, with the nearest one. What it says never quotes the file: secrets stand in it
 */
export function readAlertsFile(path: string): AlertsFileContent | null {
  const file = readRegularSync(path, { limit: LIMIT });
  if (file === null) return null;
  if (!wasRead(file)) throw invalid(`${path} cannot be read: ${file.reason}`);
  refuseOthers(path, file.stats);
  const value = parsed(path, file.bytes);
  const unknown = Object.keys(value).find((key) => !(KEYS as readonly string[]).includes(key));
  if (unknown !== undefined) {
    const [near] = suggest(unknown, KEYS);
    throw invalid(
      `${path}: there is no key "${unknown.slice(0, 80)}"`,
      `${near === undefined ? '' : `did you mean "${near}"? `}its keys are ${KEYS.join(', ')}`,
    );
  }
  return { rules: value.rules, builtin: value.builtin, targets: value.targets };
}

/** What stood in the file at the last look: one object until the file is another. */
export interface AlertsFileSeen {
  /** Null: there is no file, or it cannot be read. */
  content: AlertsFileContent | null;
  /** Why it cannot be read; null: nothing is wrong with it as a whole. */
  error: McError | null;
}

/** The one who reads the file of a server, whose parts belong to several. */
export interface AlertsFileReader {
  /** Null: there is no such file, and never will be. */
  path: string | null;
  /** Reads the file again when it is another one, and looks for that at most twice a second. Never throws. */
  look(): AlertsFileSeen;
}

/** A reader that has not looked yet. `monotonic`: milliseconds that only ever grow. */
export function openAlertsFile(path: string | null, monotonic: () => number): AlertsFileReader {
  let seen: AlertsFileSeen = { content: null, error: null };
  let version: string | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const look = (): AlertsFileSeen => {
    const now = monotonic();
    if (path === null || now - lookedAt < LOOK_MS) return seen;
    lookedAt = now;
    const current = versionOf(path);
    if (current === version) return seen;
    version = current;
    try {
      seen = { content: readAlertsFile(path), error: null };
    } catch (error) {
      seen = { content: null, error: toMcError(error) };
    }
    return seen;
  };
  return { path, look };
}

/** A text that is another one whenever the file is, or who may read it: both may be what was wrong. Never throws. */
function versionOf(path: string): string {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats ? `${stats.ino}:${stats.mtimeMs}:${stats.ctimeMs}:${stats.size}` : 'none';
  } catch (error) {
    return String(error);
  }
}

function refuseOthers(path: string, { mode, uid }: { mode: number; uid: number }): void {
  if (process.platform === 'win32') return;
  const own = process.getuid?.();
  if (uid !== own && uid !== 0) throw invalid(`${path} belongs to another user`, `chown it to the user of mc`);
  if ((mode & OTHERS_MAY_SEE) === 0) return;
  throw invalid(`${path} can be read or written by others`, `chmod 600 ${path}`);
}

function parsed(path: string, bytes: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw invalid(`${path} is not JSON`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(`${path} is not a JSON object`);
}

function invalid(message: string, hint: string = REMEDY): McError {
  return new McError('config.invalid', message, { hint });
}
