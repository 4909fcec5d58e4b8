import type { FileChange } from '../protocol/index.js';
import { type Listing, changedNames, isSameMark, listFiles, markOf } from './scan.js';
import type { FileNoun, Place } from './watch-places.js';

/** What every watched file looked like when it was last read: for finding changes that no watch told of. */
export interface Ledger {
  /** Writes down all files of a directory as they are now, without a word to anybody. */
  write(place: Place): void;
  /** Names in a directory that are not as they were written down. `strict` as in `changedNames`. */
  changes(place: Place, strict: boolean): string[];
  /** Something was told about this file: it is written down anew when the noun is read. */
  touch(key: string, place: Place, name: string): void;
  /** To be called when the read of a noun begins. */
  settle(key: string): void;
  /** What became of a file that has no event of its own since it was last asked for; null: nothing. */
  fileChange(noun: FileNoun): FileChange | null;
}

/** `now`: milliseconds since the epoch. */
export function createLedger(now: () => number): Ledger {
  const listings = new Map<string, { place: Place; files: Listing }>();
  const touched = new Map<string, Map<string, { place: Place; name: string }>>();

  return {
    write(place) {
      const files = listFiles(place, now());
      if (files?.size) listings.set(place.path, { place, files });
    },
    changes(place, strict) {
      const before = listings.get(place.path)?.files ?? new Map();
      const after = listFiles(place, now());
      return after ? changedNames(before, after, strict) : [];
    },
    touch(key, place, name) {
      let files = touched.get(key);
      if (!files) touched.set(key, (files = new Map()));
      files.set(`${place.part}/${name}`, { place, name });
    },
    settle(key) {
      const files = touched.get(key);
      touched.delete(key);
      if (files) for (const { place, name } of files.values()) rewrite(place, name);
    },
    fileChange({ place, name }) {
      const { before, after } = rewrite(place, name);
      const path = place.relative === '' ? name : `${place.relative}/${name}`;
      if (before && after) return isSameMark(before, after) ? null : { path, kind: 'changed' };
      if (after) return { path, kind: 'added' };
      return before ? { path, kind: 'removed' } : null;
    },
  };

  function rewrite(place: Place, name: string) {
    let listing = listings.get(place.path);
    const before = listing?.files.get(name) ?? null;
    const after = markOf(place, name, now());
    if (after) {
      if (!listing) listings.set(place.path, (listing = { place, files: new Map() }));
      listing.files.set(name, after);
    } else if (listing?.files.delete(name) && listing.files.size === 0) listings.delete(place.path);
    return { before, after };
  }
}
