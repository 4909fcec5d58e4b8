import {
  type Delivery,
  type DeliveryRules,
  enqueue,
  enqueueAll,
  type Transport,
  writeWaiting,
} from '../stream/backlog.js';
import { frameText } from '../stream/frame.js';
import type { Chunk } from './chunks.js';
import { hasRoom, isIdle, isOpen, type Peer } from './peer.js';

const SOCKET: Transport<Peer> = {
  hasRoom,
  write: (peer, bytes) => void peer.socket.write(bytes),
  encode: frameText,
};

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
  return enqueueAll(peer, rest, SOCKET, rules);
}

/** Gives a live peer one frame that is not an event, behind everything that waits for it. */
export function deliverFrame(peer: Peer, frame: Buffer, rules: DeliveryRules): Delivery {
  if (!isOpen(peer)) return 'done';
  if (!peer.outbox && hasRoom(peer)) {
    peer.socket.write(frame);
    return 'done';
  }
  return enqueue(peer, { frame, seq: null, key: null }, SOCKET, rules) ? 'done' : 'slow';
}

/** Writes what waits, as far as the socket takes it. Called when it drains. */
export function pump(peer: Peer, rules: DeliveryRules): void {
  writeWaiting(peer, SOCKET, rules);
}
