import type { ServerResponse } from 'node:http';
import type { ConnectRequest } from '../ws/connect.js';
import type { HubLimits } from '../ws/limits.js';
import { Outbox, type Queued } from '../ws/outbox.js';
import { saySkipped } from '../ws/say.js';
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
  /** What it has not taken yet; null: nothing waits. */
  outbox: Outbox | null;
}

type Limits = Pick<HubLimits, 'outboxBytes' | 'outboxEvents' | 'chunkBytes'>;

/** `behind`: it kept up until this tick, which alone is more than an outbox holds. `slow`: its outbox is over its limit. */
export type Delivery = 'done' | 'behind' | 'slow';

/** True when the connection takes more without keeping it in memory. */
export function takesMore({ response }: Reader): boolean {
  return !response.destroyed && !response.writableEnded && !response.writableNeedDrain;
}

/**
 * Gives a live reader the events of a tick: what its connection does not take waits in its outbox. `now`: milliseconds
 * since the epoch.
 */
export function deliver(reader: Reader, items: readonly Queued[], limits: Limits, now: () => number): Delivery {
  if (!reader.outbox && !fits(items, limits)) {
    reader.seq = (items.find(({ seq }) => seq !== null)?.seq ?? 1) - 1;
    return 'behind';
  }
  reader.outbox ??= new Outbox(limits, (ranges) => Buffer.from(sseText(saySkipped(ranges, now()), null)));
  for (const item of items) if (!reader.outbox.push(item)) return 'slow';
  pump(reader, limits);
  return 'done';
}

/** Writes what waits, as far as the connection takes it. */
export function pump(reader: Reader, limits: Limits): void {
  while (reader.outbox && takesMore(reader)) {
    const bytes = reader.outbox.take(limits.chunkBytes);
    if (bytes) reader.response.write(bytes);
    if (reader.outbox.events === 0) reader.outbox = null;
  }
}

/** Writes the next pieces of a greeting, about a chunk in all. @throws Overtaken */
export function greetMore(reader: Reader, limits: Limits): void {
  let texts = '';
  while (reader.greeting && texts.length < limits.chunkBytes) {
    const { done, value } = reader.greeting.next();
    if (done) reader.greeting = null;
    else texts += value;
  }
  if (texts !== '') reader.response.write(texts);
}

function fits(items: readonly Queued[], limits: Limits): boolean {
  const bytes = items.reduce((sum, { frame }) => sum + frame.length, 0);
  return items.length <= limits.outboxEvents && bytes <= limits.outboxBytes;
}
