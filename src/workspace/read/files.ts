import { setTimeout as wait } from 'node:timers/promises';
import { McError, workspaceLayout } from '../../base/index.js';
import type { OfficeReading, TaskFile, TaskFileReading } from '../../protocol/index.js';

import type { ReadAgentOptions } from './agent-directory.js';
import { type Load, workFor } from './thread.js';
import { LIMITS, readBytes, isFound } from '../text/read-bytes.js';

/** Reads the office file as it is now. Half-written JSON is read a second time. */
export function readOfficeAt(root: string, options: ReadAgentOptions = {}): Promise<OfficeReading> {
  const read = (bytes: Uint8Array): Promise<OfficeReading> => workFor(options.reader, 'office', given(bytes), bytes);
  return readTwice<OfficeReading>({
    root,
    path: workspaceLayout(root).office,
    missing: { office: null },
    read,
    ...options,
  });
}

/** Reads one task file as it is now; a missing one has no tasks. Half-written JSON is read a second time. */
export function readTaskFileAt(root: string, file: TaskFile, options: ReadAgentOptions = {}): Promise<TaskFileReading> {
  const path = workspaceLayout(root).taskFiles[file];
  const read = (bytes: Uint8Array): Promise<TaskFileReading> =>
    workFor(options.reader, 'tasks', given(bytes), file, bytes);
  return readTwice<TaskFileReading>({ root, path, missing: { tasks: [], warnings: [] }, read, ...options });
}

const given = (bytes: Uint8Array): Load => ({ bytes: bytes.length, given: [bytes] });

type Refused = { refused: { place: string | null; reason: string } };

/** A file, what a missing one says, and how its bytes are read. */
interface Reads<T> extends ReadAgentOptions {
  root: string;
  path: string;
  missing: T;
  read: (bytes: Uint8Array) => Promise<T>;
}

async function readTwice<T extends object>(reads: Reads<T>): Promise<T | Refused> {
  const first = await readOnce(reads);
  if (!('broken' in first)) return first.said;
  await wait(reads.retryMs ?? 100);
  return (await readOnce(reads)).said;
}

async function readOnce<T extends object>({
  root,
  path,
  missing,
  read,
  within,
}: Reads<T>): Promise<{ said: T | Refused; broken?: true }> {
  const file = await readBytes(root, path, LIMITS.json, within);
  if (file === null) return { said: missing };
  if (!isFound(file)) return { said: { refused: { place: null, reason: file.refused } } };
  const said = await read(file.bytes).catch((error: unknown) => refusedBy(error));
  return 'refused' in said ? { said, broken: true } : { said };
}

/** What takes too long or too much to read is refused, as what cannot be read is. */
function refusedBy(error: unknown): Refused {
  if (error instanceof McError) return { refused: { place: null, reason: error.message } };
  throw error;
}
