import { MAX_FRAME_BYTES } from '../../protocol/index.js';
import type { Rate } from './rate.js';

/** Every bound of the hub. Times in milliseconds, sizes in bytes. */
export interface HubLimits {
  /** A larger frame from a client closes it with 1009. */
  maxFrameBytes: number;
  outboxBytes: number;
  outboxEvents: number;
  /** After so many events, or bytes of them, that a narrowing client does not hear, it is sent its position. */
  unheardEvents: number;
  unheardBytes: number;
  /** Frames a client may send. More closes it with 4429. */
  frames: Rate;
  /** Connections that one address may open. More are closed with 4429. */
  connections: Rate;
  /** Frames and characters that are kept while a client is still greeted; then its socket is not read until it is. */
  inboxFrames: number;
  inboxChars: number;
  pingMs: number;
  pongMs: number;
  heartbeatMs: number;
  /** How long a client may take to present its token. */
  authMs: number;
  /** How long a closing handshake may take before the socket is destroyed. */
  lingerMs: number;
  /** The same while the server shuts down. */
  closeMs: number;
  /** A write holds at most about so much, so that the socket's backpressure is felt between writes. */
  chunkBytes: number;
  /** Snapshots and replays that are written in one turn of the event loop, over all clients. */
  greetBytesPerTurn: number;
  greetWritesPerTurn: number;
  /** How long a tick's frames are held back under load, to be joined with the next ones. */
  windowMs: number;
  /** The load that opens the window: writes a second, or their share of the time. */
  windowWrites: number;
  windowShare: number;
}

export const HUB_LIMITS: HubLimits = {
  maxFrameBytes: MAX_FRAME_BYTES,
  outboxBytes: 1024 * 1024,
  outboxEvents: 2000,
  // Far less than the journal holds: a client must be able to resume long after it was sent one.
  unheardEvents: 1000,
  unheardBytes: 1024 * 1024,
  frames: { perSecond: 200, burst: 400 },
  // As many as come back at once when a full house was restarted, behind one proxy.
  connections: { perSecond: 500, burst: 5000 },
  inboxFrames: 32,
  inboxChars: 64 * 1024,
  pingMs: 20_000,
  pongMs: 10_000,
  heartbeatMs: 30_000,
  authMs: 5000,
  lingerMs: 5000,
  closeMs: 2000,
  chunkBytes: 64 * 1024,
  greetBytesPerTurn: 512 * 1024,
  greetWritesPerTurn: 64,
  windowMs: 10,
  windowWrites: 100_000,
  windowShare: 0.5,
};
