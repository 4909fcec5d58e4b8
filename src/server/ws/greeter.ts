import type { HubLimits } from '../stream/limits.js';
import { hasRoom, type Peer } from './peer.js';

export interface GreeterOptions {
  limits: Pick<HubLimits, 'greetBytesPerTurn' | 'greetWritesPerTurn'>;
  /** The peer was sent everything up to the present position. */
  onGreeted: (peer: Peer) => void;
  /** Its greeting threw: `JournalOverrun` when the journal ran away from it. */
  onFailed: (peer: Peer, error: unknown) => void;
}

/** Writes greetings piece by piece, a bounded share in each turn of the event loop, and no faster than each socket takes them. */
export interface Greeter {
  /** The peer has a greeting, or its socket has room again. */
  add(peer: Peer): void;
  stop(): void;
}

/** A greeter with nobody to greet. */
export function createGreeter({ limits, onGreeted, onFailed }: GreeterOptions): Greeter {
  const queue = new Set<Peer>();
  let turn: NodeJS.Immediate | null = null;

  const run = () => {
    let bytes = limits.greetBytesPerTurn;
    let writes = limits.greetWritesPerTurn;
    for (const peer of queue) {
      if (bytes <= 0 || writes <= 0) break;
      queue.delete(peer);
      bytes -= serve(peer);
      writes -= 1;
    }
    turn = queue.size > 0 ? setImmediate(run) : null;
  };

  /** Writes one piece; returns its size. Without room the peer comes back with its socket's drain. */
  const serve = (peer: Peer): number => {
    if (!peer.greeting || peer.phase === 'closing' || !hasRoom(peer)) return 0;
    try {
      const { done, value } = peer.greeting.next();
      if (done) {
        onGreeted(peer);
        return 0;
      }
      // Nothing of what was looked through is for this peer.
      if (value.length > 0) peer.socket.write(value);
      // To the end of the queue: everyone gets a piece before anyone gets a second one.
      queue.add(peer);
      return value.length;
    } catch (error) {
      onFailed(peer, error);
      return 0;
    }
  };

  return {
    add(peer) {
      queue.add(peer);
      turn ??= setImmediate(run);
    },
    stop() {
      queue.clear();
      if (turn) clearImmediate(turn);
      turn = null;
    },
  };
}
