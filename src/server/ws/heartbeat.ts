import type { HubLimits } from '../stream/limits.js';
import { bytesTaken, type Peer } from './peer.js';

/** How many parts the peers are pinged in, so that thousands of pings do not fall into one moment. */
const SLICES = 20;

export interface HeartbeatOptions {
  limits: Pick<HubLimits, 'pingMs' | 'pongMs' | 'heartbeatMs'>;
  peers: () => Iterable<Peer>;
  /** Shows everyone that the server lives. Called at the start as well. */
  beat: () => void;
  /** The peer did not answer: its connection is dead. */
  onDead: (peer: Peer) => void;
}

/** Pings every peer, finds the dead ones, and sends the application's heartbeat. Returns its stop. */
export function startHeartbeat({ limits, peers, beat, onDead }: HeartbeatOptions): () => void {
  const sliceMs = limits.pingMs / SLICES;
  const patience = Math.min(SLICES - 1, Math.ceil(limits.pongMs / sliceMs));
  let slice = 0;
  const pings = setInterval(() => {
    slice = (slice + 1) % SLICES;
    for (const peer of peers()) {
      const since = (slice - (peer.id % SLICES) + SLICES) % SLICES;
      if (since === 0) ping(peer);
      else if (since === patience && isDead(peer)) onDead(peer);
    }
  }, sliceMs);
  const beats = setInterval(beat, limits.heartbeatMs);
  beat();
  return () => {
    clearInterval(pings);
    clearInterval(beats);
  };
}

function ping(peer: Peer): void {
  if (peer.phase === 'closing') return;
  peer.pinged = bytesTaken(peer);
  peer.ws.ping();
}

/**
 * A peer that has much to read finds the ping behind it: as long as it goes on reading it is alive. One that has nothing
 * before it must have answered.
 */
function isDead(peer: Peer): boolean {
  if (peer.pinged === null || peer.phase === 'closing') return false;
  const reads = peer.socket.writableLength > 0 && bytesTaken(peer) > peer.pinged;
  return !reads;
}
