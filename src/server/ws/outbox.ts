/** A frame that waits for its socket. */
export interface Queued {
  frame: Buffer;
  /** Of the event in it; null for replies. */
  seq: number | null;
  /** Of several frames with one key only the newest matters; null: each matters. */
  key: string | null;
}

export interface OutboxLimits {
  outboxBytes: number;
  outboxEvents: number;
}

/**
 * What one peer has not taken yet, oldest first. Bounded: past its limit it first drops what a newer frame replaces,
 * and then says that it is full, so that a slow reader hurts only itself.
 */
export class Outbox {
  readonly #limits: OutboxLimits;
  #queue: Queued[] = [];
  #bytes = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get events(): number {
    return this.#queue.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Seq of the oldest event that waits; null when none does. */
  get oldestSeq(): number | null {
    return this.#queue.find(({ seq }) => seq !== null)?.seq ?? null;
  }

  /** False: the outbox is over its limit and nothing more can be left out. A single frame always has room. */
  push(item: Queued): boolean {
    this.#queue.push(item);
    this.#bytes += item.frame.length;
    if (this.#fits()) return true;
    this.#coalesce();
    return this.#fits();
  }

  /** Takes out the oldest frames, about `bytes` of them but at least one, as one buffer; null when there are none. */
  take(bytes: number): Buffer | null {
    let count = 0;
    let size = 0;
    for (const { frame } of this.#queue) {
      if (count > 0 && size + frame.length > bytes) break;
      size += frame.length;
      count += 1;
    }
    if (count === 0) return null;
    const taken = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    this.#bytes -= size;
    return Buffer.concat(
      taken.map(({ frame }) => frame),
      size,
    );
  }

  #fits(): boolean {
    if (this.#queue.length <= 1) return true;
    return this.#queue.length <= this.#limits.outboxEvents && this.#bytes <= this.#limits.outboxBytes;
  }

  /** Keeps the newest frame of each key where it stands: what is left is still in order. */
  #coalesce(): void {
    const newest = new Map<string, Queued>();
    for (const item of this.#queue) if (item.key !== null) newest.set(item.key, item);
    this.#queue = this.#queue.filter((item) => item.key === null || newest.get(item.key) === item);
    this.#bytes = this.#queue.reduce((sum, { frame }) => sum + frame.length, 0);
  }
}
