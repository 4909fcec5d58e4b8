import { Decompress } from 'fzstd';

/** Windows beyond this are refused: a frame of a few bytes would make us take that much memory. */
const WINDOW_BYTES = 128 * 1024 * 1024;
/** What one block unpacks to at most (RFC 8878, 3.1.1.2.4). */
const BLOCK_BYTES = 128 * 1024;
/**
 * The window is moved for every block, so that many small blocks under a large window cost hours: this many bytes are moved for one
 * archive and no more. It is enough for 256 MiB in whole blocks under a window of 16 MiB; compressors take 2 to 8.
 */
const MOVED_BYTES = 32 * 1024 ** 3;
/** In the place of a checksum, which is not looked at. */
const NO_CHECKSUM = Buffer.alloc(4);
const MAGIC = 0xfd2fb528;
/** The magic numbers of frames to be skipped: the last four bits are free. */
const SKIPPED_MAGIC = 0x184d2a50;

/** Bytes that are not whole, sound zstd, or unpack to more than they may. The message says which, and names no content. */
export class ZstdError extends Error {
  override name = 'ZstdError';
}

/**
 * Unpacks zstd as it comes, all frames of it, with never more in memory than a window and a block. Checksums of frames are not
 * compared (`fzstd` does not know them): who has another proof of the content uses that.
 */
export class ZstdUnpacker {
  readonly #limit: number;
  readonly #out: (piece: Uint8Array) => void;
  readonly #wanted = this.#read();
  #need = 0;
  #held: Buffer[] = [];
  #size = 0;
  #frames = 0;
  #betweenFrames = true;
  #unpacked = 0;
  #moved = 0;

  /**
   * @param limit How many bytes may come out altogether.
   * @param out Gets what was unpacked, in order, at most 128 KiB at once. What it throws comes out of `push`.
   */
  constructor(limit: number, out: (piece: Uint8Array) => void) {
    this.#limit = limit;
    this.#out = out;
    this.#next();
  }

  /** Takes the next bytes, any number of them. Throws a {@link ZstdError}; after that no more can be pushed. */
  push(chunk: Uint8Array): void {
    this.#size += chunk.byteLength;
    if (this.#size < this.#need) {
      // A copy: who pushes may fill the same memory anew.
      this.#held.push(Buffer.from(chunk));
      return;
    }
    let rest = Buffer.concat([...this.#held, chunk]);
    while (rest.length >= this.#need) {
      const taken = rest.subarray(0, this.#need);
      rest = rest.subarray(this.#need);
      this.#next(taken);
    }
    this.#held = [Buffer.from(rest)];
    this.#size = rest.length;
  }

  /** Says that there are no more bytes. Throws a {@link ZstdError} when a frame is cut short, or there was none. */
  end(): void {
    if (!this.#betweenFrames || this.#size > 0 || this.#frames === 0) throw new ZstdError('zstd data is cut short');
  }

  #next(...taken: [] | [Buffer]): void {
    const asked = this.#wanted.next(...taken);
    if (asked.done) throw new ZstdError('zstd data was given up before');
    this.#need = asked.value;
  }

  /** Asks for bytes by their number, so that each step has all it needs. */
  *#read(): Generator<number, void, Buffer> {
    for (;;) {
      this.#betweenFrames = true;
      const magic = yield 4;
      this.#betweenFrames = false;
      this.#frames += 1;
      const number = magic.readUInt32LE();
      if (number === MAGIC) yield* this.#frame(Buffer.from(magic));
      else if ((number & 0xfffffff0) >>> 0 === SKIPPED_MAGIC) {
        for (let left = (yield 4).readUInt32LE(); left > 0; left -= Math.min(left, BLOCK_BYTES)) {
          yield Math.min(left, BLOCK_BYTES);
        }
      } else throw new ZstdError('is not zstd data');
    }
  }

  *#frame(magic: Buffer): Generator<number, void, Buffer> {
    const descriptor = Buffer.from(yield 1);
    const flags = descriptor[0] as number;
    const single = (flags >> 5) & 1;
    const dictionary = [0, 1, 2, 4][flags & 3] as number;
    const size = [single, 2, 4, 8][flags >> 6] as number;
    if (flags & 8) throw new ZstdError('zstd data is damaged: an unknown kind of frame');
    const fields = Buffer.from(yield 1 - single + dictionary + size);
    if (fields.subarray(1 - single, 1 - single + dictionary).some((byte) => byte !== 0)) {
      throw new ZstdError('zstd data needs a dictionary, which is not supported');
    }
    const content = contentSize(fields.subarray(fields.length - size));
    const window = single ? content : windowSize(fields[0] as number);
    if (window > WINDOW_BYTES) throw new ZstdError(`zstd data has a window of more than ${mib(WINDOW_BYTES)}`);
    if (this.#unpacked + content > this.#limit) throw this.#tooMuch();

    const pieces: Uint8Array[] = [];
    const frame = new Decompress((piece) => pieces.push(piece));
    let before = [magic, descriptor, fields];
    this.#move(window);
    for (let last = false; !last; before = []) {
      const head = Buffer.from(yield 3);
      const word = head.readUIntLE(0, 3);
      const bytes = word >> 3;
      if (bytes > Math.min(BLOCK_BYTES, window)) throw new ZstdError('zstd data is damaged: a block is too large');
      last = (word & 1) === 1;
      // A block of one repeated byte says how often, and holds that byte.
      const body = yield ((word >> 1) & 3) === 1 ? 1 : bytes;
      this.#move(window);
      const checksum = last && flags & 4 ? [NO_CHECKSUM] : [];
      sound(() => frame.push(Buffer.concat([...before, head, body, ...checksum]), last));
      for (const piece of pieces.splice(0)) this.#give(piece);
    }
    if (flags & 4) yield NO_CHECKSUM.length;
  }

  #move(bytes: number): void {
    this.#moved += bytes;
    if (this.#moved > MOVED_BYTES)
      throw new ZstdError('zstd data takes too much work: too many blocks under a large window');
  }

  #give(piece: Uint8Array): void {
    this.#unpacked += piece.length;
    if (this.#unpacked > this.#limit) throw this.#tooMuch();
    if (piece.length > 0) this.#out(piece);
  }

  #tooMuch(): ZstdError {
    return new ZstdError(`zstd data unpacks to more than ${mib(this.#limit)}`);
  }
}

/** Unpacks all of it at once. Throws a {@link ZstdError} where it is cut, damaged, or unpacks to more than `limit` bytes. */
export function unpackZstd(bytes: Uint8Array, limit: number): Buffer {
  const pieces: Uint8Array[] = [];
  const unpacker = new ZstdUnpacker(limit, (piece) => pieces.push(piece));
  unpacker.push(bytes);
  unpacker.end();
  return Buffer.concat(pieces);
}

/** How much a frame says it unpacks to; 0 where it does not say. */
function contentSize(field: Buffer): number {
  if (field.length === 0) return 0;
  if (field.length === 8) return Number(field.readBigUInt64LE());
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** What `fzstd` throws, and what a typed array throws in it, in our words. */
function sound(step: () => void): void {
  try {
    step();
  } catch {
    throw new ZstdError('zstd data is damaged');
  }
}

const mib = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
