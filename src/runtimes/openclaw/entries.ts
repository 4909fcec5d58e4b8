import { slim } from '../slim.js';
import { takeEntry, type Telling, type TranscriptState } from './transcript.js';

/** What was gone through. */
export interface EntriesRead {
  lines: number;
  malformed: number;
}

/**
 * Takes in one entry as it is written, as JSON. What its long texts hold is left out before it is parsed.
 * @param written when it was written, for an entry that does not say when it was: milliseconds, or null
 */
export function takeLine(
  state: TranscriptState,
  line: Buffer,
  written: number | null,
  to: { telling: Telling; read: EntriesRead },
): void {
  to.read.lines += 1;
  let entry: unknown;
  try {
    entry = JSON.parse(slim(line).toString('utf8'));
  } catch {
    to.read.malformed += 1;
    return;
  }
  takeEntry(state, entry, written, to.telling);
}
