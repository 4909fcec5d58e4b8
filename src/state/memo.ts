import { agentPath, LAYOUT, type OfficeReading, type Reading, type TaskFileReading } from '../protocol/index.js';
import { boundOffice } from './bounds.js';

/** What must be remembered of earlier readings but is not a part of the truth that is shared. */
export interface Memo {
  /** Per agent: its memory/*.md with their mtimes, as last seen. */
  memory: Map<string, Record<string, number>>;
  /** Files that cannot be used, as paths in the workspace: told once, however they change until they are well again. */
  refused: Set<string>;
  /** What of a file was passed over, as it was last told. */
  passedOver: Map<string, string>;
}

/** A refused office or task file, in words. */
export interface Refusal {
  place: string | null;
  reason: string;
}

/** Remembers nothing. */
export function emptyMemo(): Memo {
  return { memory: new Map(), refused: new Set(), passedOver: new Map() };
}

/** Takes from a reading what the next one will be compared with. */
export function remember(memo: Memo, reading: Reading): void {
  for (const [id, agent] of reading.agents) {
    if (agent) memo.memory.set(id, agent.memory);
    else memo.memory.delete(id);
    rememberRefusal(memo, stateFile(id), agent !== null && agent.broken !== null);
  }
  if (reading.office) rememberRefusal(memo, LAYOUT.office, 'refused' in boundOffice(reading.office));
  for (const [path, tasks] of reading.tasks) rememberRefusal(memo, path, 'refused' in tasks);
  for (const [file, note] of passedOverIn(reading)) {
    if (note === '') memo.passedOver.delete(file);
    else memo.passedOver.set(file, note);
  }
}

/** Per file that was read, in words, what of it was passed over; empty for a file that was read whole. */
export function passedOverIn(reading: Reading): Map<string, string> {
  const notes = new Map<string, string>();
  const note = (file: string, said: OfficeReading | TaskFileReading): void => {
    if (!('refused' in said)) notes.set(file, (said.passedOver ?? []).slice(0, MOST_NOTES).join('; '));
  };
  if (reading.office) note(LAYOUT.office, reading.office);
  for (const [path, tasks] of reading.tasks) note(path, tasks);
  return notes;
}

/** So many kinds of what was passed over are reported. */
const MOST_NOTES = 5;

/** An agent's state.json, relative to the workspace. */
export function stateFile(id: string): string {
  return agentPath(id, 'state.json');
}

/** A refusal in words. */
export function refusalText({ place, reason }: Refusal): string {
  return place === null ? reason : `${place}: ${reason}`;
}

function rememberRefusal(memo: Memo, file: string, isRefused: boolean): void {
  if (isRefused) memo.refused.add(file);
  else memo.refused.delete(file);
}
