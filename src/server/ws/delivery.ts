import type { HubLimits } from './limits.js';
import { Outbox, type Queued } from './outbox.js';
import type { Chunk, Framed } from './parcel.js';
import { hasRoom, isOpen, type Peer } from './peer.js';

/**
 * What became of a delivery. `behind`: the peer kept up until this tick, which alone is more than an outbox holds; it
 * has to be brought up from the journal, from its `seq` on. `slow`: its outbox is over its limit.
 */
export type Delivery = 'done' | 'behind' | 'slow';
type Limits = Pick<HubLimits, 'outboxBytes' | 'outboxEvents' | 'chunkBytes'>;

/** Gives a live peer a tick's chunks: to its socket as far as that takes them, the rest to its outbox. */
export function deliver(peer: Peer, chunks: readonly Chunk[], limits: Limits): Delivery {
  if (!isOpen(peer)) return 'done';
  let written = 0;
  if (!peer.outbox) {
    while (written < chunks.length && hasRoom(peer)) {
      peer.socket.write((chunks[written] as Chunk).buffer);
      written += 1;
    }
  }
  if (written === chunks.length) return 'done';
  const rest = chunks.slice(written).flatMap(({ items }) => items);
  if (!peer.outbox && !fits(rest, limits)) {
    peer.seq = (rest[0]?.seq ?? 1) - 1;
    return 'behind';
  }
  return rest.every((item) => enqueue(peer, item, limits)) ? 'done' : 'slow';
}

/** Gives a live peer one frame that is no event, behind everything that waits for it. */
export function deliverFrame(peer: Peer, frame: Buffer, limits: Limits): Delivery {
  if (!isOpen(peer)) return 'done';
  if (!peer.outbox && hasRoom(peer)) {
    peer.socket.write(frame);
    return 'done';
  }
  return enqueue(peer, { frame, seq: null, key: null }, limits) ? 'done' : 'slow';
}

/** Writes what waits, as far as the socket takes it. Called when it drains. */
export function pump(peer: Peer, limits: Limits): void {
  while (peer.outbox && hasRoom(peer)) {
    const buffer = peer.outbox.take(limits.chunkBytes);
    if (buffer) peer.socket.write(buffer);
    if (peer.outbox.events === 0) peer.outbox = null;
  }
}

function enqueue(peer: Peer, item: Queued, limits: Limits): boolean {
  peer.outbox ??= new Outbox(limits);
  return peer.outbox.push(item);
}

function fits(items: readonly Framed[], limits: Limits): boolean {
  const bytes = items.reduce((sum, { frame }) => sum + frame.length, 0);
  return items.length <= limits.outboxEvents && bytes <= limits.outboxBytes;
}
