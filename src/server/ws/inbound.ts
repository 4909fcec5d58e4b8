import type { RawData } from 'ws';
import { CLOSE } from '../../protocol/index.js';
import type { Broadcast } from './broadcast.js';
import type { HubLimits } from '../stream/limits.js';
import { hasRoom, isOpen, type Peer } from './peer.js';
import { takeToken } from '../stream/rate.js';
import { type Reply, type ReplyContext, replyTo, replyToBinary } from './replies.js';

export interface InboundOptions {
  limits: HubLimits;
  replies: ReplyContext<Peer>;
  broadcast: Pick<Broadcast, 'add' | 'remove' | 'flush'>;
  /** Sends a text to the peer, behind what waits for it. */
  send: (peer: Peer, text: string) => void;
  drop: (peer: Peer, code: number, reason: string) => void;
  /** Whether the token of the peer still counts; closes it when it does not. Asked before anything is done for it. */
  mayStay: (peer: Peer) => boolean;
  /** The peer has presented its token. */
  admit: (peer: Peer) => void;
  /** The peer hears more than before: it is sent the state, with the answer to its frame. */
  widen: (peer: Peer, answer: string) => void;
}

/** What comes in from peers. */
export interface Inbound {
  message(peer: Peer, data: RawData, isBinary: boolean): void;
  ping(peer: Peer, data: Buffer): void;
  /** The peer's socket has room again. */
  drained(peer: Peer): void;
  /** Answers what a peer sent while it was greeted. */
  resume(peer: Peer): void;
}

/** Stands for a binary frame among the texts that wait: neither is a frame. */
const NO_FRAME = '';

function pong(peer: Peer): void {
  if (peer.pong === null || !hasRoom(peer)) return;
  peer.ws.pong(peer.pong);
  peer.pong = null;
}

/** Answers frames in the order in which they come, none before the peer's greeting is through. */
export function createInbound(options: InboundOptions): Inbound {
  const { limits, replies, broadcast, send, drop, mayStay, admit, widen } = options;

  /** Holds every kind of frame to the same rate. */
  const allowed = (peer: Peer): boolean => {
    if (!isOpen(peer)) return false;
    if (takeToken(peer.bucket, limits.frames, replies.now())) return true;
    drop(peer, CLOSE.tooMany, 'too many frames');
    return false;
  };

  const act = (peer: Peer, text: string, reply: Reply) => {
    if (reply.refused) {
      drop(peer, CLOSE.token, 'token refused');
      return;
    }
    if (reply.known) {
      peer.scopes = reply.known.scopes;
      peer.token = reply.known.token;
    }
    // What happened before the answer is written before it, and by the filter that held then.
    if (reply.ordered || reply.filter) broadcast.flush();
    // The flush may have found that the peer is behind: then it is brought up first, by the filter that held then.
    if (reply.filter && peer.phase !== 'live') {
      if (isOpen(peer)) defer(peer, text);
      return;
    }
    if (reply.filter) refilter(peer, reply.filter);
    if (typeof reply.text === 'string') {
      if (reply.widens) widen(peer, reply.text);
      else send(peer, reply.text);
    } else void reply.text?.then((text) => text !== null && send(peer, text));
  };

  const refilter = (peer: Peer, filter: Peer['filter']) => {
    broadcast.remove(peer);
    peer.filter = filter;
    broadcast.add(peer);
  };

  const present = (peer: Peer, text: string) => {
    const reply = replyTo(peer, text, replies);
    if (!reply.known) {
      drop(peer, CLOSE.token, 'a token is required: the first frame is {"type":"auth","token":…}');
      return;
    }
    peer.phase = 'waiting';
    act(peer, text, reply);
    admit(peer);
  };

  const defer = (peer: Peer, text: string) => {
    peer.inbox ??= [];
    peer.inbox.push(text);
    const chars = peer.inbox.reduce((sum, waiting) => sum + waiting.length, 0);
    if (peer.inbox.length > limits.inboxFrames || chars > limits.inboxChars) peer.ws.pause();
  };

  return {
    message(peer, data, isBinary) {
      if (!allowed(peer) || !mayStay(peer)) return;
      const text = isBinary ? NO_FRAME : textOf(data);
      if (peer.phase === 'auth') present(peer, text);
      else if (peer.phase !== 'live') defer(peer, text);
      else act(peer, text, isBinary ? replyToBinary(peer, replies) : replyTo(peer, text, replies));
    },
    ping(peer, data) {
      if (!allowed(peer)) return;
      // Behind a full socket only the newest ping is answered (RFC 6455 §5.5.3): a flood of them takes no memory.
      peer.pong = data;
      pong(peer);
    },
    drained: pong,
    resume(peer) {
      const { inbox } = peer;
      peer.inbox = null;
      if (peer.ws.isPaused) peer.ws.resume();
      for (const text of inbox ?? []) {
        if (peer.phase === 'live') act(peer, text, replyTo(peer, text, replies));
        else if (isOpen(peer)) defer(peer, text);
      }
    },
  };
}

/** With the default binary type `ws` hands over one Buffer. */
function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString('utf8') : NO_FRAME;
}
