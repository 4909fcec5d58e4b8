import type { ServerResponse } from 'node:http';
import type { ConnectRequest } from '../stream/connect.js';
import type { Delivery, DeliveryRules } from '../ws/delivery.js';
import { hearsAll } from '../stream/filter.js';
import { Outbox, type Queued } from '../stream/outbox.js';
import { saySkipped } from '../stream/say.js';
import type { Unheard } from '../stream/unheard.js';
import { sseText } from './events.js';

/** One reader of the stream: state only. */
export interface Reader {
  readonly response: ServerResponse;
  readonly request: ConnectRequest;
  readonly mayRead: () => boolean;
  /** While it is greeted: the last event that was written to it or passed over. */
  seq: number;
  /** What is left of its greeting; null: it is live. */
  greeting: Iterator<string, void> | null;
  /** null: it hears everything. */
  readonly unheard: Unheard | null;
  /** What it has not taken yet; null: nothing waits. */
  outbox: Outbox | null;
}

/** True when the connection takes more without keeping it in memory. */
export function takesMore({ response }: Reader): boolean {
  return !response.destroyed && !response.writableEnded && !response.writableNeedDrain;
}

/** Gives a live reader the events of a tick: what its connection does not take waits in its outbox. */
export function deliver(reader: Reader, items: readonly Queued[], rules: DeliveryRules): Delivery {
  if (!reader.outbox && !fits(items, rules)) {
    reader.seq = (items.find(({ seq }) => seq !== null)?.seq ?? 1) - 1;
    return 'behind';
  }
  reader.outbox ??= outboxOf(reader, rules);
  for (const item of items) if (!reader.outbox.push(item)) return 'slow';
  pump(reader, rules);
  return 'done';
}

/** Writes what waits, as far as the connection takes it. */
export function pump(reader: Reader, rules: DeliveryRules): void {
  while (reader.outbox && takesMore(reader)) {
    const bytes = reader.outbox.take(rules.chunkBytes);
    if (bytes) reader.response.write(bytes);
    if (reader.outbox.events === 0) reader.outbox = null;
  }
}

/** Writes the next pieces of a greeting, about a chunk in all. @throws Overtaken */
export function greetMore(reader: Reader, rules: DeliveryRules): void {
  let texts = '';
  while (reader.greeting && texts.length < rules.chunkBytes) {
    const { done, value } = reader.greeting.next();
    if (done) reader.greeting = null;
    else texts += value;
  }
  if (texts !== '') reader.response.write(texts);
}

function outboxOf({ request }: Reader, rules: DeliveryRules): Outbox {
  const tells = hearsAll(request.filter);
  return new Outbox(rules, tells ? (ranges) => Buffer.from(sseText(saySkipped(ranges, rules.now()), null)) : null);
}

function fits(items: readonly Queued[], rules: DeliveryRules): boolean {
  const bytes = items.reduce((sum, { frame }) => sum + frame.length, 0);
  return items.length <= rules.outboxEvents && bytes <= rules.outboxBytes;
}
