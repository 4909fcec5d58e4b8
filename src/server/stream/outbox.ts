import type { McEvent } from '../../protocol/index.js';
import { mergeRanges, type Range } from './ranges.js';

/** A frame that waits for its socket. */
export interface Queued {
  frame: Buffer;
  /** Of the event in it; null for replies. */
  seq: number | null;
  /** Of several frames with one key only the newest matters; null: each matters. */
  key: string | null;
}

/** Only the newest office and the newest value of each metric matter to someone who is behind. */
export function coalesceKey(event: McEvent): string | null {
  if (event.type === 'agent_position') return 'agent_position';
  return event.type === 'system_metric' ? `system_metric:${event.data.metric}` : null;
}

export interface OutboxLimits {
  outboxBytes: number;
  outboxEvents: number;
}

/**
 * What one peer has not taken yet, oldest first. Bounded: past its limit it first drops what a newer frame replaces,
 * oldest first and no more than it must, and then says that it is full, so that a slow reader hurts only itself.
 */
export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #gapFrame: ((skipped: readonly Range[]) => Buffer) | null;
  #queue: Queued[] = [];
  #bytes = 0;
  readonly #newest = new Map<string, Queued>();
  /** In the queue, and a newer frame of the same key as well: these may be dropped. */
  #replaced: Queued[] = [];
  /** Dropped, but still in the queue: it is cleared once in a while, not at each drop. */
  readonly #dropped = new Set<Queued>();
  #skipped: Range[] = [];

  /** `gapFrame` makes the frame that says which events were dropped; it goes out before those behind them. null: nobody asks. */
  constructor(limits: OutboxLimits, gapFrame: ((skipped: readonly Range[]) => Buffer) | null) {
    this.#limits = limits;
    this.#gapFrame = gapFrame;
  }

  get events(): number {
    return this.#queue.length - this.#dropped.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Seq of the oldest event that waits; null when none does. */
  get oldestSeq(): number | null {
    return this.#queue.find((item) => item.seq !== null && !this.#dropped.has(item))?.seq ?? null;
  }

  /** False: the outbox is over its limit and nothing more can be left out. A single frame always has room. */
  push(item: Queued): boolean {
    this.#queue.push(item);
    this.#bytes += item.frame.length;
    if (item.key !== null) this.#replace(item.key, item);
    while (!this.#fits()) {
      const old = this.#replaced.shift();
      if (!old) return false;
      this.#drop(old);
    }
    return true;
  }

  /** Takes out the oldest frames, about `bytes` of them but at least one, as one buffer; null when there are none. */
  take(bytes: number): Buffer | null {
    this.#clear();
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
    this.#forget(taken);
    return Buffer.concat([...this.#takeGap(), ...taken.map(({ frame }) => frame)]);
  }

  #fits(): boolean {
    if (this.events <= 1) return true;
    return this.events <= this.#limits.outboxEvents && this.#bytes <= this.#limits.outboxBytes;
  }

  #replace(key: string, item: Queued): void {
    const older = this.#newest.get(key);
    if (older) this.#replaced.push(older);
    this.#newest.set(key, item);
  }

  #drop(item: Queued): void {
    this.#dropped.add(item);
    this.#bytes -= item.frame.length;
    if (this.#dropped.size > this.#limits.outboxEvents) this.#clear();
  }

  /** Takes what was dropped out of the queue, and notes which events that were. */
  #clear(): void {
    if (this.#dropped.size === 0) return;
    if (this.#gapFrame) {
      const seqs = [...this.#dropped].flatMap(({ seq }) => seq ?? []);
      this.#skipped = mergeRanges([...this.#skipped, ...seqs.map((seq): Range => [seq, seq])]);
    }
    this.#queue = this.#queue.filter((item) => !this.#dropped.has(item));
    this.#dropped.clear();
  }

  /** What is on its way can no longer be replaced. */
  #forget(taken: readonly Queued[]): void {
    for (const item of taken)
      if (item.key !== null && this.#newest.get(item.key) === item) this.#newest.delete(item.key);
    const gone = new Set(taken);
    this.#replaced = this.#replaced.filter((item) => !gone.has(item));
  }

  #takeGap(): Buffer[] {
    if (!this.#gapFrame || this.#skipped.length === 0) return [];
    const frame = this.#gapFrame(this.#skipped);
    this.#skipped = [];
    return [frame];
  }
}
