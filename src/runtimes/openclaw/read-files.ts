import { createFileSet, type FileSetOptions } from './file-set.js';
import { hashOf, type Keep } from './keep.js';
import { type FilePlace, isRead } from './place.js';
import { isSame, type Stamp, stampOf } from './stamp.js';

/** A file that is read on from look to look. */
export interface ReadFile {
  path: string;
  place: FilePlace | null;
}

/** Files of one kind below some directories. */
export interface ReadFiles<File extends ReadFile> {
  readonly known: ReadonlyMap<string, File>;
  /** Which there are now. @returns those with something to read, the oldest first */
  look(directories: readonly string[], now: number): File[];
  /** Keeps what was read of a file; null: it could not be. @returns whether all of it is read */
  put(file: File, place: FilePlace | null, kept: Record<string, unknown>): boolean;
  /** Says why a file cannot be used, until it is read again or gone. */
  note(file: File, reason: string): void;
  problems(): [path: string, reason: string][];
  progress(): { files: number; bytes: number; done: number };
}

/** A file that cannot be opened is tried again when it changes, and so often. */
const RETRY_MS = 60_000;

interface Kind<File> {
  /** Before what is kept of them. */
  name: string;
  files: FileSetOptions;
  /** A file that was not known; `kept`: what `put` kept of it in an earlier run, with its place. null: it is not of this kind. */
  begin(path: string, kept: unknown): File | null;
}

export function createReadFiles<File extends ReadFile>(keep: Keep, kind: Kind<File>): ReadFiles<File> {
  const known = new Map<string, File>();
  const sizes = new Map<string, number>();
  const notes = new Map<string, Set<string>>();
  /** Files that could not be opened, and when that was tried. */
  const refused = new Map<string, { stamp: Stamp; at: number }>();
  let time = 0;
  const set = createFileSet(kind.files);
  const nameOf = (path: string) => `${kind.name}:${hashOf(path)}`;
  const drop = (path: string) => {
    known.delete(path);
    sizes.delete(path);
    notes.delete(path);
    refused.delete(path);
    keep.forget(nameOf(path));
  };

  return {
    known,
    look(directories, now) {
      const stamps = set.look(directories, now);
      time = now;
      const waiting: { file: File; mtime: bigint }[] = [];
      for (const [path, stamp] of stamps) {
        const file = known.get(path) ?? kind.begin(path, structuredClone(keep.get(nameOf(path))));
        if (file === null) continue;
        known.set(path, file);
        sizes.set(path, stamp.size);
        const tried = refused.get(path);
        if (isRead(file.place, stamp) || (isSame(tried?.stamp ?? null, stamp) && now - (tried?.at ?? 0) < RETRY_MS))
          continue;
        if (file.place === null || !isSame(file.place.stamp, stamp)) notes.delete(path);
        waiting.push({ file, mtime: BigInt(stamp.mtime) });
      }
      for (const path of known.keys()) if (!stamps.has(path)) drop(path);
      return waiting.sort((one, other) => Number(one.mtime - other.mtime)).map(({ file }) => file);
    },
    put(file, place, kept) {
      const stamp = place === null ? stampOf(file.path) : null;
      if (stamp !== null) refused.set(file.path, { stamp, at: time });
      if (place === null) return true;
      refused.delete(file.path);
      file.place = place;
      keep.set(nameOf(file.path), structuredClone({ ...kept, place }));
      return place.done;
    },
    note(file, reason) {
      notes.set(file.path, (notes.get(file.path) ?? new Set()).add(reason));
    },
    problems: () => [
      ...set.problems(),
      ...[...notes].flatMap(([path, reasons]) => [...reasons].map((reason): [string, string] => [path, reason])),
    ],
    progress() {
      let [bytes, done] = [0, 0];
      for (const { path, place } of known.values()) {
        bytes += sizes.get(path) ?? 0;
        done += Math.min(place?.offset ?? 0, sizes.get(path) ?? 0);
      }
      return { files: known.size, bytes, done };
    },
  };
}
