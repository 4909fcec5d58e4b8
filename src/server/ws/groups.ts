import { type Filter, filterKey, narrows } from '../stream/filter.js';
import type { HubLimits } from '../stream/limits.js';
import type { Peer } from './peer.js';
import { SilentGap } from '../stream/silent-gap.js';

/** Live peers that hear the same. */
export interface Group {
  filter: Filter;
  peers: Set<Peer>;
  /** null: these hear everything, or are old clients, which know no positions. */
  silentGap: SilentGap | null;
}

/** All live peers, by what they hear. */
export class Groups {
  readonly #groups = new Map<string, Group>();
  readonly #limits: Pick<HubLimits, 'unheardEvents' | 'unheardBytes'>;
  #size = 0;

  constructor(limits: Pick<HubLimits, 'unheardEvents' | 'unheardBytes'>) {
    this.#limits = limits;
  }

  /** Peers in all groups. */
  get size(): number {
    return this.#size;
  }

  add(peer: Peer): void {
    const key = filterKey(peer.filter);
    const group = this.#groups.get(key) ?? this.#begin(peer.filter);
    if (!group.peers.has(peer)) this.#size += 1;
    group.peers.add(peer);
    this.#groups.set(key, group);
  }

  remove(peer: Peer): void {
    const key = filterKey(peer.filter);
    const group = this.#groups.get(key);
    if (group?.peers.delete(peer)) this.#size -= 1;
    if (group?.peers.size === 0) this.#groups.delete(key);
  }

  values(): Iterable<Group> {
    return this.#groups.values();
  }

  #begin(filter: Filter): Group {
    return { filter, peers: new Set(), silentGap: narrows(filter) ? new SilentGap(this.#limits) : null };
  }
}
