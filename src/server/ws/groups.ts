import { type Filter, filterKey } from './filter.js';
import type { Peer } from './peer.js';

/** Live peers that hear the same. */
export interface Group {
  filter: Filter;
  peers: Set<Peer>;
}

/** All live peers, by what they hear. */
export class Groups {
  readonly #groups = new Map<string, Group>();
  #size = 0;

  /** Peers in all groups. */
  get size(): number {
    return this.#size;
  }

  add(peer: Peer): void {
    const key = filterKey(peer.filter);
    const group = this.#groups.get(key) ?? { filter: peer.filter, peers: new Set() };
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
}
