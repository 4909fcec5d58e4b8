import { type Filter, hearsAll } from './filter.js';
import type { HubLimits } from './limits.js';
import { Outbox, type Queued } from './outbox.js';
import { saySkipped } from './say.js';

/**
 * What became of a delivery. `behind`: the listener kept up until this tick, which alone is more than an outbox holds; it
 * has to be brought up from the journal, from its `seq` on. `slow`: its outbox is over its limit.
 */
export type Delivery = 'done' | 'behind' | 'slow';

/** What deliveries keep to. */
export interface DeliveryRules extends Pick<HubLimits, 'outboxBytes' | 'outboxEvents' | 'chunkBytes'> {
  now: () => number;
}

/** Whoever is sent the stream, over any transport. */
export interface Listener {
  filter: Filter;
  /** The last event that was written to it or passed over, while it is brought up. */
  seq: number;
  /** What its connection has not taken yet; null: nothing waits. */
  outbox: Outbox | null;
}

/** How a transport writes to its listeners. */
export interface Transport<L extends Listener> {
  /** True when the connection takes more without keeping it in memory. */
  hasRoom: (listener: L) => boolean;
  write: (listener: L, bytes: Buffer) => void;
  /** A text that has no position, as this transport writes it. */
  encode: (text: string) => Buffer;
}

/** Puts events behind what waits, if they can ever fit. */
export function enqueueAll<L extends Listener>(
  listener: L,
  items: readonly Queued[],
  transport: Transport<L>,
  rules: DeliveryRules,
): Delivery {
  if (!listener.outbox && !fits(items, rules)) {
    listener.seq = (items.find(({ seq }) => seq !== null)?.seq ?? 1) - 1;
    return 'behind';
  }
  return items.every((item) => enqueue(listener, item, transport, rules)) ? 'done' : 'slow';
}

/** Puts one frame behind what waits, whatever its size. False: the outbox is over its limit. */
export function enqueue<L extends Listener>(
  listener: L,
  item: Queued,
  { encode }: Transport<L>,
  rules: DeliveryRules,
): boolean {
  listener.outbox ??= new Outbox(
    rules,
    hearsAll(listener.filter) ? (ranges) => encode(saySkipped(ranges, rules.now())) : null,
  );
  return listener.outbox.push(item);
}

/** Writes what waits, as far as the connection takes it. Called when it drains. */
export function writeWaiting<L extends Listener>(listener: L, transport: Transport<L>, rules: DeliveryRules): void {
  while (listener.outbox && transport.hasRoom(listener)) {
    const bytes = listener.outbox.take(rules.chunkBytes);
    if (bytes) transport.write(listener, bytes);
    if (listener.outbox.events === 0) listener.outbox = null;
  }
}

function fits(items: readonly Queued[], rules: DeliveryRules): boolean {
  const bytes = items.reduce((sum, { frame }) => sum + frame.length, 0);
  return items.length <= rules.outboxEvents && bytes <= rules.outboxBytes;
}
