import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Scope } from '../../protocol/index.js';
import { type ConnectRequest, parseConnect } from '../stream/connect.js';
import type { Listener } from '../stream/backlog.js';
import { type Bucket, fullBucket, type Rate } from '../stream/rate.js';

/**
 * `auth`: its token is awaited. `waiting`: its greeting has not begun. `greeting`: it is being sent the state.
 * `live`: it gets events as they happen. `closing`: nothing more is written to it.
 */
export type PeerPhase = 'auth' | 'waiting' | 'greeting' | 'live' | 'closing';

/** One connection: state only. Small, because there are thousands. */
export interface Peer extends Listener {
  readonly id: number;
  readonly ws: WebSocket;
  /**
   * The socket under `ws`. Whole frames are written to it directly; those of `ws` itself (ping, pong, close) cannot fall
   * between, because its sender writes synchronously as long as nothing is compressed and no Blob is sent.
   */
  readonly socket: Duplex;
  readonly address: string | null;
  readonly userAgent: string | null;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly request: ConnectRequest;
  phase: PeerPhase;
  scopes: readonly Scope[];
  /** What it presented; asked for again now and then, because tokens are revoked. null: nothing yet. */
  token: string | null;
  /** What is left of its greeting. */
  greeting: Iterator<Buffer, void> | null;
  /** Frames that came before it was live. */
  inbox: string[] | null;
  bucket: Bucket;
  /** What a ping of the peer said that could not be answered yet: its socket was full. */
  pong: Buffer | null;
  /** Set with each ping: what had gone out by then. null: no pong is awaited. */
  pinged: number | null;
}

export interface NewPeer {
  id: number;
  ws: WebSocket;
  socket: Duplex;
  request: IncomingMessage;
  /** Milliseconds since the epoch. */
  now: number;
  rate: Rate;
}

/** A connection that nobody has admitted yet. */
export function createPeer({ id, ws, socket, request, now, rate }: NewPeer): Peer {
  const asked = parseConnect(request.url ?? '');
  return {
    id,
    ws,
    socket,
    address: request.socket.remoteAddress ?? null,
    userAgent: request.headers['user-agent']?.slice(0, 200) ?? null,
    connectedAt: now,
    request: asked,
    phase: 'auth',
    filter: asked.filter,
    scopes: [],
    token: null,
    seq: 0,
    greeting: null,
    inbox: null,
    outbox: null,
    bucket: fullBucket(rate, now),
    pong: null,
    pinged: null,
  };
}

/** True while frames may be written: `ws` itself has neither sent nor seen a close frame. */
export function isOpen({ phase, ws }: Peer): boolean {
  return phase !== 'closing' && ws.readyState === ws.OPEN;
}

/** True when the kernel took all that was written so far, or the stream still has room. */
export function hasRoom(peer: Peer): boolean {
  const { socket } = peer;
  return isOpen(peer) && (socket.writableLength === 0 || !socket.writableNeedDrain);
}

/**
 * True when nothing waits for a live peer, here or in its socket. Asks nothing of `ws`, which saves one part in thirty of
 * what a delivery costs: when it has answered a close frame, it has ended the socket before the next turn.
 */
export function isIdle({ phase, outbox, socket }: Peer): boolean {
  return phase === 'live' && outbox === null && socket.writableLength === 0 && socket.writable;
}

/** What a peer holds in memory that its socket has not taken. */
export function waitingBytes(peer: Peer): number {
  return (peer.outbox?.bytes ?? 0) + peer.socket.writableLength;
}

/** Bytes that have left this process for a peer so far: when it moves, somebody reads at the other end. */
export function bytesTaken({ socket }: Peer): number {
  const written = 'bytesWritten' in socket && typeof socket.bytesWritten === 'number' ? socket.bytesWritten : 0;
  return written - socket.writableLength;
}
