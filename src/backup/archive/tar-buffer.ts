import { paddingOf } from './entry.js';

/** Room for a header, most of which take one block, in front of a body. */
const HEAD_BYTES = 512;
/** What a thread keeps between two batches. */
let spare = Buffer.alloc(0);

/**
 * Tar entries one behind the other, in memory that a thread uses again for the next: to get it anew for each batch costs
 * more than to read the files. Only one is in use at a time, and its bytes are good until the next is begun.
 */
export class TarBuffer {
  #length = 0;

  /** The entries so far. */
  get bytes(): Buffer {
    return spare.subarray(0, this.#length);
  }

  /** Where the next entry's body may be put. */
  room(size: number): Buffer {
    const start = this.#length + HEAD_BYTES;
    this.#reserve(start + size + paddingOf(size));
    return spare.subarray(start, start + size);
  }

  /** Adds an entry whose body, of so many bytes, was put where `room` said; it may lie elsewhere afterwards. */
  add(head: Buffer, size: number): void {
    const put = this.#length + HEAD_BYTES;
    const start = this.#length + head.length;
    const end = start + size + paddingOf(size);
    this.#reserve(end);
    if (start !== put) spare.copyWithin(start, put, put + size);
    head.copy(spare, this.#length);
    spare.fill(0, start + size, end);
    this.#length = end;
  }

  #reserve(bytes: number): void {
    if (bytes <= spare.length) return;
    const larger = Buffer.allocUnsafe(Math.max(bytes, 2 * spare.length));
    spare.copy(larger);
    spare = larger;
  }
}
