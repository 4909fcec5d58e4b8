import type { Reading } from '../protocol/index.js';
import { boundOffice } from './bounds.js';

/** The office file, relative to the workspace. */
export const OFFICE_FILE = 'mission-control/current_office_state.json';

/** What must be remembered of earlier readings but is no part of the truth that is shared. */
export interface Memo {
  /** Per agent: its memory/*.md with their mtimes, as last seen. */
  memory: Map<string, Record<string, number>>;
  /** Files that cannot be used, as paths in the workspace: told once, however they change until they are well again. */
  refused: Set<string>;
}

/** A refused office or task file, in words. */
export interface Refusal {
  place: string | null;
  reason: string;
}

/** Remembers nothing. */
export function emptyMemo(): Memo {
  return { memory: new Map(), refused: new Set() };
}

/** Takes from a reading what the next one will be compared with. */
export function remember(memo: Memo, reading: Reading): void {
  for (const [id, agent] of reading.agents) {
    if (agent) memo.memory.set(id, agent.memory);
    else memo.memory.delete(id);
    rememberRefusal(memo, stateFile(id), agent !== null && agent.broken !== null);
  }
  if (reading.office) rememberRefusal(memo, OFFICE_FILE, 'refused' in boundOffice(reading.office));
  for (const [path, tasks] of reading.tasks) rememberRefusal(memo, path, 'refused' in tasks);
}

/** An agent's state.json, relative to the workspace. */
export function stateFile(id: string): string {
  return `mission-control/agents/${id}/state.json`;
}

/** A refusal in words. */
export function refusalText({ place, reason }: Refusal): string {
  return place === null ? reason : `${place}: ${reason}`;
}

function rememberRefusal(memo: Memo, file: string, isRefused: boolean): void {
  if (isRefused) memo.refused.add(file);
  else memo.refused.delete(file);
}
