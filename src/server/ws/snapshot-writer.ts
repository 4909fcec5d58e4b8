import { SOURCE } from '../../protocol/index.js';
import { framePayload } from '../stream/frame.js';
import type { SnapshotItem } from '../stream/snapshot-items.js';

const END = Buffer.from(`,"source":${JSON.stringify(SOURCE)}}`);

/** Builds snapshot frames. What a value looks like on the wire is kept as long as the value lives: values are replaced, never edited. */
export class SnapshotWriter {
  readonly #encoded = new WeakMap<object, Buffer>();

  /** The frame of an item in parts; `timestamp` in ISO 8601 UTC. */
  frame(item: SnapshotItem, timestamp: string): Buffer[] {
    const start = Buffer.from(`{"type":"${item.type}","timestamp":"${timestamp}","data":`);
    return framePayload([start, this.#data(item), END]);
  }

  #data({ owner, data }: SnapshotItem): Buffer {
    const known = this.#encoded.get(owner);
    if (known) return known;
    const made = Buffer.from(JSON.stringify(data()));
    this.#encoded.set(owner, made);
    return made;
  }
}
