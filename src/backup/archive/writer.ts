import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, McError, syncDirectory } from '../../base/index.js';

/** Writes an archive aside; it gets its name only when it is whole. Synchronous: it runs in a worker thread. */
export class ArchiveWriter {
  readonly aside: string;
  #handle: number | null;
  #position = 0;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.aside = join(directory, `.archive.${randomBytes(6).toString('hex')}.mc-tmp`);
    this.#handle = openSync(this.aside, 'wx+', 0o600);
  }

  /** Bytes written so far: where the next member begins. */
  get position(): number {
    return this.#position;
  }

  append(bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) {
      done += writeSync(this.#open(), bytes, done, bytes.length - done, this.#position + done);
    }
    this.#position += bytes.length;
  }

  /** Takes back everything from a position on. */
  truncate(position: number): void {
    ftruncateSync(this.#open(), position);
    this.#position = position;
  }

  /** Makes what was written durable and closes it: it can be read back now. */
  close(): void {
    fsyncSync(this.#open());
    this.#close();
  }

  /**
   * Gives the closed archive its name, which must be free.
   * @throws McError `busy` when somebody else has just taken the name
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
