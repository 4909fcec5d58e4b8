import type { FileChange } from '../../protocol/index.js';
import { type Listing, changedNames, isSameMark, listFiles, markOf } from './scan.js';
import type { FileNoun, Place } from './places.js';

/** What every watched file looked like when it was last read: for finding changes that no watch reported. */
export interface Ledger {
  /** Writes down all files of a directory as they are now, without a word to anybody. */
  write(place: Place): void;
  /** Names in a directory that are not as they were written down. `strict` as in `changedNames`. */
  changes(place: Place, strict: boolean): string[];
  /** Whether this file is not as it was written down, or may be other although it looks the same. */
  isChanged(place: Place, name: string): boolean;
  /** A change of this file was reported: it is written down anew when the noun is read. */
  touch(key: string, place: Place, name: string): void;
  /** To be called when the read of a noun begins. */
  settle(key: string): void;
  /** What became of a file that has no event of its own since it was last asked for; null: nothing. */
  fileChange(noun: FileNoun): FileChange | null;
}

/** `now`: milliseconds since the epoch. `onLinked` is called at each look at a file that is (or was) reached by a link. */
export function createLedger(
  now: () => number,
  onLinked: (place: Place, name: string, isLink: boolean) => void = () => {},
): Ledger {
  const listings = new Map<string, { place: Place; files: Listing }>();
  const touched = new Map<string, Map<string, { place: Place; name: string }>>();

  return {
    write(place) {
      const files = listFiles(place, now());
      if (!files?.size) return;
      listings.set(place.path, { place, files });
      tellLinks(place, files);
    },
    changes(place, strict) {
      const before = listings.get(place.path)?.files ?? new Map();
      const after = listFiles(place, now());
      if (after) tellLinks(place, after);
      return after ? changedNames(before, after, strict) : [];
    },
    isChanged(place, name) {
      const before = listings.get(place.path)?.files.get(name);
      const after = markOf(place, name, now());
      return before && after ? before.young || !isSameMark(before, after) : before !== undefined || after !== null;
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

  function tellLinks(place: Place, files: Listing): void {
    for (const [name, { isLink }] of files) if (isLink) onLinked(place, name, true);
  }

  function rewrite(place: Place, name: string) {
    let listing = listings.get(place.path);
    const before = listing?.files.get(name) ?? null;
    const after = markOf(place, name, now());
    if (before?.isLink || after?.isLink) onLinked(place, name, after?.isLink ?? false);
    if (after) {
      if (!listing) listings.set(place.path, (listing = { place, files: new Map() }));
      listing.files.set(name, after);
    } else if (listing?.files.delete(name) && listing.files.size === 0) listings.delete(place.path);
    return { before, after };
  }
}
