import type { AgentReport, TaskFile, TaskPatch } from '../../protocol/index.js';
import { type Batch, appendBatch } from '../tasks/append.js';
import type { AgentFiles } from '../agents/files.js';
import { readAgent } from '../agents/agents.js';
import { isObject, parseTolerantJson } from '../text/json.js';
import { mergeState } from '../agents/merge-state.js';
import { placeAgent } from '../office/edit.js';
import { readOffice } from '../office/office.js';
import { patchIn } from '../tasks/patch.js';
import { idsTakenIn } from '../tasks/ids.js';
import { readTaskFile } from '../tasks/tasks.js';

/**
 * What is done with the texts of a workspace: functions of their arguments, which like their results can be sent to another
 * thread. `thread.ts` decides where they are done.
 */
export const JOBS = {
  agent: (id: string, files: AgentFiles, now: number | undefined) => readAgent(id, files, now),
  office: (bytes: Uint8Array) => readOffice(bytes),
  tasks: (file: TaskFile, bytes: Uint8Array) => readTaskFile(file, bytes),
  /** Whether bytes are JSON at all, so that what is half-written is read again; with the bytes, which may have moved. */
  isJson: (bytes: Uint8Array) => ({ isJson: parseTolerantJson(bytes).ok, bytes }),
  againstObject: (bytes: Uint8Array) => reasonAgainst(bytes),
  /** The JSON that bytes hold, written anew; null when they hold none. */
  wholeJson: (bytes: Uint8Array) => {
    const parsed = parseTolerantJson(bytes);
    return parsed.ok ? Buffer.from(JSON.stringify(parsed.value)) : null;
  },
  report: (bytes: Uint8Array | null, report: AgentReport, now: number) => mergeState(bytes, report, now),
  place: (bytes: Uint8Array | null, id: string, zone: string, now: number) => placeAgent(bytes, id, zone, now),
  patch: (file: TaskFile, bytes: Uint8Array, key: string, patch: TaskPatch) => patchIn(file, bytes, key, patch),
  idsTaken: (file: TaskFile, bytes: Uint8Array, wanted: readonly string[]) => idsTakenIn(file, bytes, wanted),
  append: (file: TaskFile, bytes: Uint8Array | null, batch: Batch) => appendBatch(file, bytes, batch),
};

export type Jobs = typeof JOBS;
export type JobName = keyof Jobs;

/** What the thread is asked. */
export interface Asked {
  name: JobName;
  args: readonly unknown[];
}

function reasonAgainst(bytes: Uint8Array): string | null {
  const parsed = parseTolerantJson(bytes);
  if (!parsed.ok) return parsed.place === null ? parsed.reason : `${parsed.reason} (${parsed.place})`;
  return isObject(parsed.value) ? null : 'holds no JSON object';
}
