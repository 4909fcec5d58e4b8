import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, readRegular, wasRead, writeFileAtomic } from '../../base/index.js';

/** The stages of backing up, each recorded by itself: that archives are made says nothing of whether they are sound. */
export const STAGES = ['create', 'snapshot', 'verify', 'prune', 'drill', 'restore'] as const;
export type Stage = (typeof STAGES)[number];

/** Times are ISO 8601 UTC. */
export interface StageRecord {
  last_success: string | null;
  last_failure: { at: string; message: string } | null;
}

/** What was found out about one archive file. Void as soon as the file's size or time is another. */
export interface ArchiveRecord {
  size: number;
  mtime_ms: number;
  verified_at: string | null;
  verify_error: string | null;
  /** The last verification could not read it: that says nothing of what is in it. */
  unreadable?: true;
  deep: boolean;
  holds_at: string | null;
}

export interface Records {
  stages: Record<Stage, StageRecord>;
  /** By file name. */
  archives: Record<string, ArchiveRecord>;
}

/** A hundred thousand backups need less. */
const RECORDS_BYTES = 64 * 1024 * 1024;

/** Reads the records; what is missing or broken counts as never recorded. */
export async function readRecords(path: string): Promise<Records> {
  let value: Partial<Records> | null = null;
  try {
    const file = await readRegular(path, { limit: RECORDS_BYTES });
    if (wasRead(file)) value = JSON.parse(file.bytes.toString('utf8')) as Partial<Records> | null;
  } catch {
    // Missing, unreadable or half: results are found again by verifying again.
  }
  const stages = Object.fromEntries(STAGES.map((stage) => [stage, readStage(value?.stages?.[stage])]));
  const archives =
    typeof value?.archives === 'object' && value.archives !== null && !Array.isArray(value.archives)
      ? value.archives
      : {};
  return { stages: stages as Records['stages'], archives };
}

/** Changes the records. Call it with the backups' lock held, or for a verification, where the last writer may win. */
export async function updateRecords(path: string, change: (records: Records) => void): Promise<Records> {
  const records = await readRecords(path);
  change(records);
  const text = `${JSON.stringify(records, null, 1)}\n`;
  // Of a workspace that is away nothing is begun anew.
  const place = { below: dirname(dirname(path)) };
  try {
    await writeFileAtomic(path, text, place);
  } catch (error) {
    if (errnoOf(error) !== 'EISDIR') throw error;
    // A directory in its place, which an agent may have made, must not end all backups: it is moved out of the way, whole.
    await rename(path, `${path}.displaced-${randomUUID().slice(0, 8)}`);
    await writeFileAtomic(path, text, place);
  }
  return records;
}

/** Notes a stage's outcome. `failure` null: it went well. */
export async function recordStage(path: string, stage: Stage, now: number, failure: string | null): Promise<void> {
  const at = new Date(now).toISOString();
  await updateRecords(path, ({ stages }) => {
    if (failure === null) stages[stage].last_success = at;
    else stages[stage].last_failure = { at, message: failure };
  });
}

/** Whether a stage's last outcome was a failure. */
export function isFailing({ last_success, last_failure }: StageRecord): boolean {
  return last_failure !== null && (last_success === null || last_failure.at > last_success);
}

function readStage(value: Partial<StageRecord> | undefined): StageRecord {
  return { last_success: value?.last_success ?? null, last_failure: value?.last_failure ?? null };
}
