import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { realPathOfSync } from '../../base/index.js';

/** A file that is being read for a backup. */
export interface OpenedFile {
  stat(): BigIntStats;
  /** Where its bytes lie, whatever its name leads to by now. */
  real(): string;
  /** Fills the buffer from a position; fewer bytes only at the end of the file. */
  read(into: Uint8Array, position: number): number;
  close(): void;
}

/** Opens a file for reading. An argument wherever files are read, so that a test can take the reading's faults. */
export type OpenFile = (path: string) => OpenedFile;

/** Opens a real file: a link is refused (ELOOP), and a pipe that took the file's place does not block. */
export const openFile: OpenFile = (path) => {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  return {
    stat: () => fstatSync(handle, { bigint: true }),
    real: () => realPathOfSync(handle, path, fstatSync(handle)),
    read: (into, position) => readFully(handle, into, position),
    close: () => closeSync(handle),
  };
};

function readFully(handle: number, into: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < into.length) {
    const count = readSync(handle, into, filled, into.length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
