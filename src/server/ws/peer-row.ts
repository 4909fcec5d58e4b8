import type { PeerRow } from '../../protocol/index.js';
import { type Peer, waitingBytes } from './peer.js';
import { iso } from '../stream/say.js';

/** So many of the agents that a peer names are shown. */
const AGENTS_SHOWN = 20;

/** A peer as operators see it. `seq`: the last event of the bus. */
export function peerRow(peer: Peer, seq: number): PeerRow {
  return {
    id: peer.id,
    kind: peer.filter.kind,
    address: peer.address,
    user_agent: peer.userAgent,
    connected_at: iso(peer.connectedAt),
    channels: peer.filter.channels && [...peer.filter.channels],
    agents: peer.filter.agents && [...peer.filter.agents].slice(0, AGENTS_SHOWN),
    agents_total: peer.filter.agents?.size ?? null,
    lag: lagOf(peer, seq),
    outbox_events: peer.outbox?.events ?? 0,
    outbox_bytes: waitingBytes(peer),
  };
}

/** Events the peer has still to get: those behind its cursor while it is greeted, else those in its outbox and after. */
function lagOf(peer: Peer, seq: number): number {
  if (peer.phase !== 'live') return Math.max(0, seq - peer.seq);
  const oldest = peer.outbox?.oldestSeq ?? null;
  return oldest === null ? 0 : seq - oldest + 1;
}
