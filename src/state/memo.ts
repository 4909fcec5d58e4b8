import type { Reading } from '../protocol/index.js';
import { boundOffice } from './bounds.js';

/** The office file, relative to the workspace. */
export const OFFICE_FILE = 'mission-control/current_office_state.json';

/** What must be remembered of earlier readings but is no part of the truth that is shared. */
export interface Memo {
  /** Per agent: its memory/*.md with their mtimes, as last seen. */
  memory: Map<string, Record<string, number>>;
  /** Per file that cannot be used: why, as last told. Keys are paths in the workspace. */
  refusals: Map<string, string>;
}

/** A refused office or task file, in words. */
export interface Refusal {
  place: string | null;
  reason: string;
}

/** Remembers nothing. */
export function emptyMemo(): Memo {
  return { memory: new Map(), refusals: new Map() };
}

/** Takes from a reading what the next one will be compared with. */
export function remember(memo: Memo, reading: Reading): void {
  for (const [id, agent] of reading.agents) {
    if (agent) memo.memory.set(id, agent.memory);
    else memo.memory.delete(id);
  }
  if (reading.office) rememberRefusal(memo, OFFICE_FILE, boundOffice(reading.office));
  for (const [path, tasks] of reading.tasks) rememberRefusal(memo, path, tasks);
}

/** The words by which one refusal differs from another. */
export function refusalText({ place, reason }: Refusal): string {
  return place === null ? reason : `${place}: ${reason}`;
}

function rememberRefusal(memo: Memo, key: string, said: object): void {
  if ('refused' in said) memo.refusals.set(key, refusalText(said.refused as Refusal));
  else memo.refusals.delete(key);
}
