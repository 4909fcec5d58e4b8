import type { Database } from './database.js';
import type { KeptSession, Names } from './names.js';

/**
 * Whose a response is that several sessions have (a fork copies what came before): the session with the smallest rank. Only
 * such responses have claims; those of one session say themselves whose they are.
 */
export interface Owners {
  /** A session has a response that `owner` has. True: that was not known. */
  claim(response: number, owner: number, session: number): boolean;
  /** Which of two sessions goes first. */
  first(one: number, other: number): number;
  /**
   * The responses whose owner may be another one now that a session has another rank.
   * @param before the session as it was
   */
  contested(before: KeptSession, now: KeptSession): number[];
  /** The one with the smallest rank of those that claim it. */
  ownerOf(response: number): number;
  forget(): void;
}

export function createOwners(db: Database, names: Names): Owners {
  const add = db.prepare('INSERT OR IGNORE INTO usage_claims (response, session) VALUES (?, ?)');
  const claimants = db.prepare('SELECT session FROM usage_claims WHERE response = ?').pluck();
  const claimed = db.prepare('SELECT response FROM usage_claims WHERE session = ?').pluck();
  const rivalsOf = db
    .prepare(
      `SELECT DISTINCT theirs.session FROM usage_claims AS mine JOIN usage_claims AS theirs ON theirs.response = mine.response
       WHERE mine.session = ? AND theirs.session <> mine.session`,
    )
    .pluck();
  /** Whom a session shares responses with. Asked for with every line that a session grows by. */
  const rivals = new Map<number, Set<number>>();
  const first = (one: number, other: number) => (goesFirst(names.sessionOf(other), names.sessionOf(one)) ? other : one);
  return {
    claim(response, owner, session) {
      add.run(response, owner);
      if (add.run(response, session).changes === 0) return false;
      const all = claimants.all(response) as number[];
      for (const one of all) {
        const others = rivals.get(one);
        if (others) for (const other of all) if (other !== one) others.add(other);
      }
      return true;
    },
    first,
    contested(before, now) {
      if (before.rank === now.rank) return [];
      let known = rivals.get(now.id);
      if (!known) {
        known = new Set(rivalsOf.all(now.id) as number[]);
        rivals.set(now.id, known);
      }
      for (const id of known) {
        const rival = names.sessionOf(id);
        if (goesFirst(before, rival) !== goesFirst(now, rival)) return claimed.all(now.id) as number[];
      }
      return [];
    },
    ownerOf: (response) => (claimants.all(response) as number[]).reduce(first),
    forget: () => rivals.clear(),
  };
}

function goesFirst(one: KeptSession, other: KeptSession): boolean {
  const [a, b] = [one.rank ?? Number.POSITIVE_INFINITY, other.rank ?? Number.POSITIVE_INFINITY];
  return a === b ? one.session < other.session : a < b;
}
