import { rm } from 'node:fs/promises';
import {
  findServerRecord,
  isAlive,
  isHolder,
  isSameProcess,
  type LockHolder,
  readOwn,
  type ServerRecord,
  serversDirectory,
  writeFileAtomic,
} from '../../base/index.js';
import type { BackgroundPlace } from './place.js';

/** What `mc start` keeps of the server that it started. */
export interface BackgroundRecord {
  holder: LockHolder;
  /** The settings that were given by flag or environment, under the names of their environment variables. May hold a token. */
  settings: Record<string, string>;
}

/** A server of this user that lives. */
export interface RunningRecord {
  holder: LockHolder;
  /** What it says of itself; null: it is not ready yet. */
  server: ServerRecord | null;
  /** How it was started; null: by `mc serve` in a terminal or by a service manager. */
  background: BackgroundRecord | null;
}

/** Mode 0600, in a directory of mode 0700. */
export async function writeBackground(place: BackgroundPlace, record: BackgroundRecord): Promise<void> {
  await writeFileAtomic(place.record, `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/** What was started last, whether it lives or not; null: nothing, or it was stopped. */
export async function readBackground(place: BackgroundPlace): Promise<BackgroundRecord | null> {
  const value = await readOwn(place.record);
  return isBackground(value) ? value : null;
}

export async function dropBackground(place: BackgroundPlace): Promise<void> {
  await rm(place.record, { force: true });
}

/**
 * The server of this user that serves the workspace, by what the user's own directory says: nothing in the workspace counts,
 * and a process that got the same pid later is not taken for it.
 */
export async function findRunning(place: BackgroundPlace): Promise<RunningRecord | null> {
  const [server, background] = await Promise.all([
    findServerRecord(serversDirectory(), place.workspace),
    readBackground(place),
  ]);
  if (server !== null) {
    const isOurs = background !== null && isSameProcess(background.holder, server.holder);
    return { holder: server.holder, server, background: isOurs ? background : null };
  }
  if (background === null || !(await isAlive(background.holder))) return null;
  return { holder: background.holder, server: null, background };
}

function isBackground(value: unknown): value is BackgroundRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { holder, settings } = value as Record<string, unknown>;
  return (
    isHolder(holder) &&
    typeof settings === 'object' &&
    settings !== null &&
    Object.values(settings).every((text) => typeof text === 'string')
  );
}
