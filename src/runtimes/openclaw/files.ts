import { basename } from 'node:path';
import { fieldOf } from '../../protocol/index.js';
import { takeLine } from './entries.js';
import { createFileSet } from './file-set.js';
import { hashOf, type Keep } from './keep.js';
import { importedName, type TranscriptName, transcriptName } from './names.js';
import { type FilePlace, isRead, readFileOn } from './place.js';
import type { Reading } from './database.js';
import { beginTranscript, type Telling, type TranscriptState } from './transcript.js';

/** One file of a transcript. */
export interface TranscriptFile extends TranscriptName {
  path: string;
  place: FilePlace | null;
  state: TranscriptState;
}

/** The files of transcripts of one agent. */
export interface AgentFiles {
  /** By path. Those of which nothing is read yet are among them. */
  readonly known: ReadonlyMap<string, TranscriptFile>;
  /** Which there are now. @returns those with something to read */
  look(places: { sessions: readonly string[]; imports: readonly string[] }, now: number): TranscriptFile[];
  /** Reads one on. @returns whether all of it is read */
  read(file: TranscriptFile, telling: Telling, reading: Reading): boolean;
  progress(): { files: number; bytes: number; done: number };
}

/** @param warn hears of what cannot be read: absolute path, and why */
export function createAgentFiles(keep: Keep, warn: (path: string, reason: string) => void): AgentFiles {
  const known = new Map<string, TranscriptFile>();
  const sizes = new Map<string, number>();
  const options = { depth: 0, every: 0, warn };
  const sessions = createFileSet({ ...options, wants: (name) => transcriptName(name) !== null });
  const imports = createFileSet({ ...options, wants: (name) => importedName(name) !== null });

  return {
    known,
    look(places, now) {
      const waiting: TranscriptFile[] = [];
      const seen = new Set<string>();
      for (const [set, directories, nameOf] of [
        [sessions, places.sessions, transcriptName],
        [imports, places.imports, importedName],
      ] as const) {
        for (const [path, stamp] of set.look(directories, now)) {
          const name = nameOf(basename(path));
          if (name === null) continue;
          seen.add(path);
          sizes.set(path, stamp.size);
          const file = known.get(path) ?? recalled(path, name, keep);
          known.set(path, file);
          if (!isRead(file.place, stamp)) waiting.push(file);
        }
      }
      for (const path of known.keys()) {
        if (seen.has(path)) continue;
        known.delete(path);
        sizes.delete(path);
        keep.forget(nameIn(path));
      }
      return waiting;
    },
    read(file, telling, reading) {
      const place = readFileOn({
        path: file.path,
        packed: file.packed,
        place: file.place,
        budget: reading.budget,
        restart: () => {
          file.state = beginTranscript();
        },
        line: (line) => takeLine(file.state, line, null, { telling, read: reading.read }),
        warn: (reason) => warn(file.path, reason),
      });
      if (place === null) return true;
      file.place = place;
      keep.set(nameIn(file.path), structuredClone({ place, state: file.state }));
      return place.done;
    },
    progress() {
      let [bytes, done] = [0, 0];
      for (const size of sizes.values()) bytes += size;
      for (const { path, place } of known.values()) done += Math.min(place?.offset ?? 0, sizes.get(path) ?? 0);
      return { files: known.size, bytes, done };
    },
  };
}

function nameIn(path: string): string {
  return `file:${hashOf(path)}`;
}

function recalled(path: string, name: TranscriptName, keep: Keep): TranscriptFile {
  const kept = structuredClone(keep.get(nameIn(path)));
  const [place, state] = [fieldOf(kept, 'place'), fieldOf(kept, 'state')];
  if (place === undefined || state === undefined) return { ...name, path, place: null, state: beginTranscript() };
  return { ...name, path, place: place as FilePlace, state: state as TranscriptState };
}
