import type { Entry } from '../../bus/index.js';
import type { McEvent } from '../../protocol/index.js';
import { type Filter, passes } from '../stream/filter.js';
import { frameAll } from '../stream/frame.js';
import { coalesceKey, type Queued } from '../stream/outbox.js';

/** An event of this tick with its frame. */
export interface Framed extends Queued {
  event: McEvent;
  seq: number;
}

/** What is written to a socket at once: whole frames, and the events in them. */
export interface Chunk {
  buffer: Buffer;
  items: readonly Framed[];
}

/** Frames a tick's events, each once, next to each other in one buffer. */
function frameTick(entries: readonly Entry[]): { joined: Buffer; items: Framed[] } {
  const { joined, frames } = frameAll(entries);
  const items = entries.map(({ event }, index) => ({
    event,
    frame: frames[index] as Buffer,
    seq: event.seq,
    key: coalesceKey(event),
  }));
  return { joined, items };
}

/** Makes the chunks for each filter of one tick; filters that let everything through share the same ones. */
export function createPacker(entries: readonly Entry[], chunkBytes: number): (filter: Filter) => readonly Chunk[] {
  const { joined, items } = frameTick(entries);
  let whole: readonly Chunk[] | null = null;
  return (filter) => {
    const wanted = items.filter(({ event }) => passes(filter, event));
    if (wanted.length < items.length) return chunksOf(wanted, chunkBytes);
    whole ??= joined.length <= chunkBytes ? [{ buffer: joined, items }] : chunksOf(items, chunkBytes);
    return whole;
  };
}

function chunksOf(items: readonly Framed[], chunkBytes: number): Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  let bytes = 0;
  for (const [index, { frame }] of items.entries()) {
    bytes += frame.length;
    if (bytes < chunkBytes && index < items.length - 1) continue;
    const part = items.slice(start, index + 1);
    chunks.push({ buffer: concatFrames(part), items: part });
    start = index + 1;
    bytes = 0;
  }
  return chunks;
}

function concatFrames(items: readonly Framed[]): Buffer {
  const [only] = items;
  return items.length === 1 && only ? only.frame : Buffer.concat(items.map(({ frame }) => frame));
}
