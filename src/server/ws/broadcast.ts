import type { Bus, Entry } from '../../bus/index.js';
import type { Position } from '../../protocol/index.js';
import type { Delivery } from '../stream/backlog.js';
import { deliver, deliverFrame } from './delivery.js';
import { type Group, Groups } from './groups.js';
import type { HubLimits } from '../stream/limits.js';
import { frameText } from '../stream/frame.js';
import { createPace } from './pace.js';
import { createPacker } from './chunks.js';
import type { Peer } from './peer.js';
import { saySynced } from '../stream/say.js';

export interface BroadcastOptions {
  bus: Pick<Bus, 'subscribe'>;
  limits: HubLimits;
  now: () => number;
  /** Called for every peer that did not get its frames. */
  onLate: (peer: Peer, delivery: Exclude<Delivery, 'done'>) => void;
}

/** Gives the bus's events to all live peers: a tick's events are framed once, joined, and written once to each socket. */
export interface Broadcast {
  add(peer: Peer): void;
  remove(peer: Peer): void;
  /** Writes at once what waits for the end of the tick. */
  flush(): void;
  /** Writes a frame that is not an event to every live peer. */
  everyone(frame: Buffer): void;
  stop(): void;
}

/** Subscribes to the bus. The only subscription of the hub. */
export function createBroadcast({ bus, limits, now, onLate }: BroadcastOptions): Broadcast {
  const groups = new Groups(limits);
  const pace = createPace(limits);
  const rules = { ...limits, now };
  let tick: Entry[] = [];
  let turn: NodeJS.Immediate | null = null;
  let window: NodeJS.Timeout | null = null;

  const give = (peer: Peer, delivery: Delivery) => {
    if (delivery !== 'done') onLate(peer, delivery);
  };

  const tellPosition = ({ peers }: Group, position: Position) => {
    const frame = frameText(saySynced(position, now()));
    for (const peer of peers) give(peer, deliverFrame(peer, frame, rules));
  };

  const flush = () => {
    if (window) clearTimeout(window);
    window = null;
    if (tick.length === 0) return;
    const entries = tick;
    tick = [];
    if (groups.size === 0) return;
    const begun = now();
    let writes = 0;
    const pack = createPacker(entries, limits.chunkBytes);
    for (const group of groups.values()) {
      const { filter, peers } = group;
      const chunks = pack(filter);
      if (chunks.length > 0) {
        for (const peer of peers) give(peer, deliver(peer, chunks, rules));
        writes += peers.size;
      }
      const position = group.silentGap?.pass(entries, chunks.at(-1)?.items.at(-1)?.seq ?? null);
      if (position) tellPosition(group, position);
    }
    pace.took(writes, now() - begun);
  };

  const endOfTick = () => {
    turn = null;
    const wait = pace.wait(groups.size, now());
    if (wait === 0) flush();
    else window ??= setTimeout(flush, wait);
  };

  const unsubscribe = bus.subscribe((entry) => {
    tick.push(entry);
    turn ??= setImmediate(endOfTick);
  });

  return {
    add: (peer) => groups.add(peer),
    remove: (peer) => groups.remove(peer),
    flush,
    everyone(frame) {
      for (const { peers } of groups.values()) for (const peer of peers) give(peer, deliverFrame(peer, frame, rules));
    },
    stop() {
      unsubscribe();
      if (turn) clearImmediate(turn);
      if (window) clearTimeout(window);
      turn = null;
      window = null;
    },
  };
}
