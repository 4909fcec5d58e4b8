import { hearsAll } from '../stream/filter.js';
import { frameText } from '../stream/frame.js';
import type { HubLimits } from '../stream/limits.js';
import { Outbox, type Queued } from '../stream/outbox.js';
import type { Chunk, Framed } from './chunks.js';
import { hasRoom, isIdle, isOpen, type Peer } from './peer.js';
import { saySkipped } from '../stream/say.js';

/**
 * What became of a delivery. `behind`: the peer kept up until this tick, which alone is more than an outbox holds; it
 * has to be brought up from the journal, from its `seq` on. `slow`: its outbox is over its limit.
 */
export type Delivery = 'done' | 'behind' | 'slow';

/** What deliveries keep to. */
export interface DeliveryRules extends Pick<HubLimits, 'outboxBytes' | 'outboxEvents' | 'chunkBytes'> {
  now: () => number;
}

/** Gives a live peer a tick's chunks: to its socket as far as that takes them, the rest to its outbox. */
export function deliver(peer: Peer, chunks: readonly Chunk[], rules: DeliveryRules): Delivery {
  // Nearly every delivery is this one.
  const [only] = chunks;
  if (chunks.length === 1 && only && isIdle(peer)) {
    peer.socket.write(only.buffer);
    return 'done';
  }
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
  if (!peer.outbox && !fits(rest, rules)) {
    peer.seq = (rest[0]?.seq ?? 1) - 1;
    return 'behind';
  }
  return rest.every((item) => enqueue(peer, item, rules)) ? 'done' : 'slow';
}

/** Gives a live peer one frame that is no event, behind everything that waits for it. */
export function deliverFrame(peer: Peer, frame: Buffer, rules: DeliveryRules): Delivery {
  if (!isOpen(peer)) return 'done';
  if (!peer.outbox && hasRoom(peer)) {
    peer.socket.write(frame);
    return 'done';
  }
  return enqueue(peer, { frame, seq: null, key: null }, rules) ? 'done' : 'slow';
}

/** Writes what waits, as far as the socket takes it. Called when it drains. */
export function pump(peer: Peer, rules: DeliveryRules): void {
  while (peer.outbox && hasRoom(peer)) {
    const buffer = peer.outbox.take(rules.chunkBytes);
    if (buffer) peer.socket.write(buffer);
    if (peer.outbox.events === 0) peer.outbox = null;
  }
}

function enqueue(peer: Peer, item: Queued, rules: DeliveryRules): boolean {
  peer.outbox ??= new Outbox(
    rules,
    hearsAll(peer.filter) ? (ranges) => frameText(saySkipped(ranges, rules.now())) : null,
  );
  return peer.outbox.push(item);
}

function fits(items: readonly Framed[], rules: DeliveryRules): boolean {
  const bytes = items.reduce((sum, { frame }) => sum + frame.length, 0);
  return items.length <= rules.outboxEvents && bytes <= rules.outboxBytes;
}
