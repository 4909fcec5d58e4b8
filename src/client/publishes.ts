import type { Position, PublishableType, ServerFrame } from '../protocol/index.js';
import type { OutgoingFrame, Timers } from './socket.js';

/** Why a publish did not succeed: the server's own code, or `queue_full`, `timeout`, `connection_lost`, `closed`. */
export class PublishError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'PublishError';
    this.code = code;
  }
}

/** How many publishes wait for a connection; more are refused at once. */
const QUEUE_LIMIT = 100;

interface Pending {
  frame: Extract<OutgoingFrame, { type: 'publish' }>;
  sent: boolean;
  resolve: (position: Position) => void;
  reject: (error: PublishError) => void;
}

/** The publishes of one connection that are not answered yet. */
interface Publishes {
  publish(event: PublishableType, data: object): Promise<Position>;
  /** Sends what has waited. */
  flush(): void;
  /** Takes in an answer; other frames are ignored. */
  answer(frame: ServerFrame): void;
  /** The link broke: whether what was sent has arrived cannot be known, what waits goes on waiting. */
  lost(): void;
  /** Nothing will be sent any more. */
  end(reason: string): void;
}

interface PublishesOptions {
  timers: Timers;
  /** From the call to the answer, waiting for a connection included, in milliseconds. */
  timeoutMs: number;
  /** False when there is no connection to send it on. */
  send: (frame: OutgoingFrame) => boolean;
}

/** No publishes yet. */
export function createPublishes({ timers, timeoutMs, send }: PublishesOptions): Publishes {
  const pending = new Map<string | number, Pending>();
  let lastId = 0;

  const waiting = () => [...pending.values()].filter(({ sent }) => !sent);
  const rejectAll = (which: Iterable<Pending>, code: string, message: string) => {
    for (const { reject } of which) reject(new PublishError(code, message));
  };

  return {
    publish(event, data) {
      if (waiting().length >= QUEUE_LIMIT) {
        const message = `${QUEUE_LIMIT} messages already wait for a connection`;
        return Promise.reject(new PublishError('queue_full', message));
      }
      lastId += 1;
      const id = lastId;
      return new Promise<Position>((resolve, reject) => {
        const timer = timers.setTimeout(() => {
          pending.get(id)?.reject(new PublishError('timeout', `no answer within ${timeoutMs} ms`));
        }, timeoutMs);
        const settle = () => {
          pending.delete(id);
          timers.clearTimeout(timer);
        };
        const entry: Pending = {
          frame: { type: 'publish', id, event, data },
          sent: false,
          resolve: (position) => {
            settle();
            resolve(position);
          },
          reject: (error) => {
            settle();
            reject(error);
          },
        };
        pending.set(id, entry);
        entry.sent = send(entry.frame);
      });
    },
    flush() {
      for (const entry of waiting()) entry.sent = send(entry.frame);
    },
    answer(frame) {
      if (frame.type === 'published' && frame.id !== null) {
        pending.get(frame.id)?.resolve({ epoch: frame.epoch, seq: frame.seq });
      }
      if (frame.type !== 'error') return;
      const { id, code, message } = frame.data;
      // Without an id it answers something else.
      if (id !== undefined && id !== null) pending.get(id)?.reject(new PublishError(code, message));
    },
    lost() {
      const sent = [...pending.values()].filter((entry) => entry.sent);
      rejectAll(sent, 'connection_lost', 'the connection broke before the answer came');
    },
    end: (reason) => rejectAll([...pending.values()], 'closed', reason),
  };
}
