import { basename } from 'node:path';
import { fieldOf } from '../../protocol/index.js';
import type { Reading } from './database.js';
import { takeLine } from './entries.js';
import type { Keep } from './keep.js';
import { importedName, type TranscriptName, transcriptName } from './names.js';
import { type FilePlace, readFileOn } from './place.js';
import { createReadFiles, type ReadFile, type ReadFiles } from './read-files.js';
import { beginTranscript, type Telling, type TranscriptState } from './transcript.js';

/** One file of a transcript. */
export interface TranscriptFile extends TranscriptName, ReadFile {
  state: TranscriptState;
}

/** Files in directories of transcripts (`sessions`), or of what a migration took in (`imports`). */
export function createAgentFiles(keep: Keep, kind: 'sessions' | 'imports'): ReadFiles<TranscriptFile> {
  const nameOf = kind === 'sessions' ? transcriptName : importedName;
  return createReadFiles<TranscriptFile>(keep, {
    name: kind,
    files: { depth: 0, every: 0, wants: (name) => nameOf(name) !== null },
    begin(path, kept) {
      const name = nameOf(basename(path));
      const [place, state] = [fieldOf(kept, 'place'), fieldOf(kept, 'state')];
      if (name === null) return null;
      if (place === undefined || state === undefined) return { ...name, path, place: null, state: beginTranscript() };
      return { ...name, path, place: place as FilePlace, state: state as TranscriptState };
    },
  });
}

/** Reads a file of a transcript on. @returns whether all of it is read */
export function readTranscript(
  files: ReadFiles<TranscriptFile>,
  file: TranscriptFile,
  telling: Telling,
  { budget, read }: Pick<Reading, 'budget' | 'read'>,
): boolean {
  const place = readFileOn({
    path: file.path,
    packed: file.packed,
    place: file.place,
    budget,
    restart: () => {
      file.state = beginTranscript();
    },
    line: (line) => takeLine(file.state, line, null, { telling, read }),
    warn: (reason) => files.note(file, reason),
  });
  return files.put(file, place, { state: file.state });
}
