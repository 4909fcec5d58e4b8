import { createHash, type Hash, randomBytes } from 'node:crypto';
import { closeSync, fsync, ftruncateSync, linkSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf, McError, syncDirectory } from '../../base/index.js';
import { writeFully } from './copy.js';

export interface WriterMark {
  position: number;
  hash: Hash;
}

/** Writes an archive aside; it gets its name only when it is whole. It runs in a worker thread. */
export class ArchiveWriter {
  readonly aside: string;
  #handle: number | null;
  #position = 0;
  #hash = createHash('sha256');

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.aside = join(directory, `.archive.${randomBytes(6).toString('hex')}.mc-tmp`);
    this.#handle = openSync(this.aside, 'wx', 0o600);
  }

  /** Bytes written so far: where the next member begins. */
  get position(): number {
    return this.#position;
  }

  append(bytes: Uint8Array): void {
    writeFully(this.#open(), bytes, this.#position);
    this.#position += bytes.length;
    this.#hash.update(bytes);
  }

  /** Leaves room for bytes that another process writes and that are reported to `wrote` before the next append. Returns where. */
  reserve(bytes: number): number {
    const at = this.#position;
    this.#position += bytes;
    return at;
  }

  /** Reports the bytes for which room was left. */
  wrote(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** To come back to with `rewind`. */
  mark(): WriterMark {
    return { position: this.#position, hash: this.#hash.copy() };
  }

  /** Takes back everything since the mark. */
  rewind({ position, hash }: WriterMark): void {
    ftruncateSync(this.#open(), position);
    this.#position = position;
    this.#hash = hash.copy();
  }

  /** SHA-256 in hex of everything that was written. Nothing can be written any more. */
  checksum(): string {
    return this.#hash.digest('hex');
  }

  /** Makes what was written durable and closes it. */
  async close(): Promise<void> {
    await promisify(fsync)(this.#open());
    this.#close();
  }

  /**
   * Gives the closed archive its name, which must be free.
   * @throws McError `busy` when another process has just taken the name
   */
  async name(path: string): Promise<void> {
    nameNew(this.aside, path);
    await syncDirectory(dirname(path));
  }

  /** Removes what was written, unless it has its name already. */
  discard(): void {
    this.#close();
    rmSync(this.aside, { force: true });
  }

  #open(): number {
    if (this.#handle === null) throw new McError('internal', 'the archive is closed');
    return this.#handle;
  }

  #close(): void {
    if (this.#handle !== null) closeSync(this.#handle);
    this.#handle = null;
  }
}

/** Renames without ever replacing: a link is refused where the name is taken, a rename would not be. */
function nameNew(aside: string, path: string): void {
  try {
    linkSync(aside, path);
    rmSync(aside);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') {
      throw new McError('busy', 'another process has just made a backup of the same name', { hint: 'try again' });
    }
    if (errnoOf(error) !== 'EPERM' && errnoOf(error) !== 'ENOTSUP') throw error;
    renameSync(aside, path);
  }
}
