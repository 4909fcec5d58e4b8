import type { TaskFile } from '../../protocol/index.js';
import { placeTasks } from './tasks.js';

/** Which of the wanted ids a task file has, and the highest `TASK-AUTO-NNN` that it mentions, in a form we read or not. */
export interface TakenIds {
  taken: string[];
  lastAuto: number;
}

export function idsTakenIn(file: TaskFile, bytes: Uint8Array, wanted: readonly string[]): TakenIds {
  const said = placeTasks(file, bytes);
  const known = new Set('placed' in said ? said.placed.map(({ task }) => task.id) : []);
  let lastAuto = 0;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  for (const [, number] of text.matchAll(/TASK-AUTO-(\d{1,9})/g)) lastAuto = Math.max(lastAuto, Number(number));
  return { taken: wanted.filter((id) => known.has(id)), lastAuto };
}
