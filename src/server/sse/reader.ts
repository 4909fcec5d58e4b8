import type { ServerResponse } from 'node:http';
import {
  type Delivery,
  type DeliveryRules,
  enqueueAll,
  type Listener,
  type Transport,
  writeWaiting,
} from '../stream/backlog.js';
import type { ConnectRequest } from '../stream/connect.js';
import type { Queued } from '../stream/outbox.js';
import type { SilentGap } from '../stream/silent-gap.js';
import { sseText } from './events.js';

/** One reader of the stream: state only. */
export interface Reader extends Listener {
  readonly response: ServerResponse;
  readonly request: ConnectRequest;
  readonly mayRead: () => boolean;
  /** What is left of its greeting; null: it is live. */
  greeting: Iterator<string, void> | null;
  /** null: it hears everything. */
  readonly silentGap: SilentGap | null;
}

const RESPONSE: Transport<Reader> = {
  hasRoom: takesMore,
  write: ({ response }, bytes) => void response.write(bytes),
  encode: (text) => Buffer.from(sseText(text, null)),
};

/** True when the connection takes more without keeping it in memory. */
export function takesMore({ response }: Reader): boolean {
  return !response.destroyed && !response.writableEnded && !response.writableNeedDrain;
}

/** Gives a live reader the events of a tick: what its connection does not take waits in its outbox. */
export function deliver(reader: Reader, items: readonly Queued[], rules: DeliveryRules): Delivery {
  const delivery = enqueueAll(reader, items, RESPONSE, rules);
  if (delivery === 'done') pump(reader, rules);
  return delivery;
}

/** Writes what waits, as far as the connection takes it. */
export function pump(reader: Reader, rules: DeliveryRules): void {
  writeWaiting(reader, RESPONSE, rules);
}

/** Writes the next pieces of a greeting, about a chunk in all. @throws JournalOverrun */
export function greetMore(reader: Reader, rules: DeliveryRules): void {
  let texts = '';
  while (reader.greeting && texts.length < rules.chunkBytes) {
    const { done, value } = reader.greeting.next();
    if (done) reader.greeting = null;
    else texts += value;
  }
  if (texts !== '') reader.response.write(texts);
}
