import { setTimeout as wait } from 'node:timers/promises';
import { workspaceLayout } from '../base/index.js';
import type { OfficeReading, TaskFile, TaskFileReading } from '../protocol/index.js';
import { isFound } from './agent-files.js';
import type { ReadAgentOptions } from './agent-directory.js';
import { readOffice } from './office.js';
import { LIMITS, readBytes } from './read-bytes.js';
import { readTaskFile } from './tasks.js';

/** Reads the office file as it is now. Half-written JSON is read a second time. */
export function readOfficeAt(root: string, options: ReadAgentOptions = {}): Promise<OfficeReading> {
  return readTwice<OfficeReading>(root, workspaceLayout(root).office, { office: null }, readOffice, options);
}

/** Reads one task file as it is now; a missing one has no tasks. Half-written JSON is read a second time. */
export function readTaskFileAt(root: string, file: TaskFile, options: ReadAgentOptions = {}): Promise<TaskFileReading> {
  const path = workspaceLayout(root).taskFiles[file];
  const read = (bytes: Uint8Array): TaskFileReading => readTaskFile(file, bytes);
  return readTwice<TaskFileReading>(root, path, { tasks: [], warnings: [] }, read, options);
}

type Refused = { refused: { place: string | null; reason: string } };

async function readTwice<T extends object>(
  root: string,
  path: string,
  missing: T,
  read: (bytes: Uint8Array) => T,
  { retryMs = 100, within }: ReadAgentOptions,
): Promise<T | Refused> {
  const once = () => readOnce(root, path, missing, read, within);
  const first = await once();
  if (!('broken' in first)) return first.said;
  await wait(retryMs);
  return (await once()).said;
}

async function readOnce<T extends object>(
  root: string,
  path: string,
  missing: T,
  read: (bytes: Uint8Array) => T,
  within: readonly string[] | undefined,
): Promise<{ said: T | Refused; broken?: true }> {
  const file = await readBytes(root, path, LIMITS.json, within);
  if (file === null) return { said: missing };
  if (!isFound(file)) return { said: { refused: { place: null, reason: file.refused } } };
  const said = read(file.bytes);
  return 'refused' in said ? { said, broken: true } : { said };
}
