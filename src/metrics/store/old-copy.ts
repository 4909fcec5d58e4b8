import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf, syncDirectory } from '../../base/index.js';
import { freeName } from './aside.js';
import type { Database } from './database.js';

/** A copy of an old database. `ours`: made just now, not found. */
export interface OldCopy {
  path: string;
  ours: boolean;
}

/** Copies that this process is making: whatever else looks unfinished was left by somebody who was killed. */
const making = new Set<string>();
const UNFINISHED = '.mc-tmp';
/** The header of a database names who wrote it last, not what it holds. */
const HEADER_BYTES = 100;
const CHUNK = 1024 * 1024;

/**
 * Makes a copy of a database beside it (`<path>.v0-<time>.bak`), unless an earlier attempt has left one that holds the
 * same.
 */
export async function copyAside(db: Database, path: string, now: number): Promise<OldCopy> {
  const found = await findCopy(db, path);
  if (found !== null) return { path: found, ours: false };
  const copy = freeName(path, 'v0', now, '.bak');
  await writeCopy(db, copy);
  return { path: copy, ours: true };
}

/** Writes what a connection holds into a new file, whole or not at all; the file is on the disk when this returns. */
export async function writeCopy(db: Database, copy: string): Promise<void> {
  const unfinished = join(dirname(copy), `.${basename(copy)}.${process.pid}${UNFINISHED}`);
  making.add(unfinished);
  try {
    await rm(unfinished, { force: true });
    await db.backup(unfinished);
    const handle = await open(unfinished, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, copy);
  } finally {
    making.delete(unfinished);
    await rm(unfinished, { force: true });
  }
  await syncDirectory(dirname(copy));
}

/** Removes copies that were being made by processes that are no more. */
export async function removeUnfinished(path: string): Promise<void> {
  const directory = dirname(path);
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`.${basename(path)}.`) || !name.endsWith(UNFINISHED)) continue;
    const maker = Number(/\.(\d+)\.mc-tmp$/.exec(name)?.[1] ?? 0);
    const file = join(directory, name);
    if (making.has(file) || (maker !== process.pid && isAlive(maker))) continue;
    for (const suffix of ['', '-journal', '-wal', '-shm']) await rm(file + suffix, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

async function findCopy(db: Database, path: string): Promise<string | null> {
  const directory = dirname(path);
  const names = (await readdir(directory)).filter(
    (name) => name.startsWith(`${basename(path)}.v0-`) && name.endsWith('.bak'),
  );
  if (names.length === 0) return null;
  db.pragma('wal_checkpoint(TRUNCATE)');
  for (const name of names) if (await holdsTheSame(path, join(directory, name))) return join(directory, name);
  return null;
}

async function holdsTheSame(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([stat(one), stat(other)]);
  if (first.size !== second.size || !second.isFile()) return false;
  const handles = await Promise.all([open(one), open(other)]);
  try {
    for (let at = HEADER_BYTES; at < first.size; at += CHUNK) {
      const [mine, theirs] = await Promise.all(handles.map((handle) => chunkOf(handle, at)));
      if (!mine || !theirs || !mine.equals(theirs)) return false;
    }
    return true;
  } finally {
    for (const handle of handles) await handle.close();
  }
}

async function chunkOf(handle: FileHandle, at: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, length, CHUNK - length, at + length);
    length += bytesRead;
    if (bytesRead === 0 || length === CHUNK) return buffer.subarray(0, length);
  }
}
