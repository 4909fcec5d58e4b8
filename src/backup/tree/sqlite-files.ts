import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';

/** What SQLite keeps beside a database while it is in use, or a killed process left. */
export const SIDECARS = ['-wal', '-shm', '-journal'];
const SIDECAR = /-(?:wal|shm|journal)$/;
const MAGIC = 'SQLite format 3\0';

/**
 * Whether something lies beside a database that SQLite keeps while it is in use, or that a killed process left. Then the
 * file's own times and size say nothing of its content.
 */
export function isInUse(path: string): boolean {
  return SIDECARS.some((ending) => (lstatSync(path + ending, { throwIfNoEntry: false })?.size ?? 0) > 0);
}

/** Whether a file is what SQLite keeps beside a database: then it means nothing by itself. */
export function isSidecar(path: string): boolean {
  return SIDECAR.test(path) && isDatabase(path.replace(SIDECAR, ''));
}

/** Whether a file begins like an SQLite database. It never waits: a FIFO is not one. */
export function isDatabase(path: string): boolean {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const head = Buffer.alloc(MAGIC.length);
    return fstatSync(handle).isFile() && readSync(handle, head, 0, head.length, 0) > 0 && beginsLikeDatabase(head);
  } catch {
    return false;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Whether bytes begin like an SQLite database's. */
export function beginsLikeDatabase(bytes: Buffer): boolean {
  return bytes.length >= MAGIC.length && bytes.toString('latin1', 0, MAGIC.length) === MAGIC;
}
