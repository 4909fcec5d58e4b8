import type { BackupPreview, BackupProblem } from '../../protocol/index.js';
import { toMcError } from '../../base/index.js';
import type { Manifest } from '../archive/manifest.js';
import { readManifest } from '../archive/reader.js';
import { type Look, lookAt } from '../catalog/catalog.js';
import { type CreateRequest, type CreateTools, createArchive, walkFor } from '../pack/archive.js';
import { copyDatabase } from '../pack/database.js';
import { previewArchive } from '../pack/preview.js';
import { compareRestored, type Restored } from '../restore/drill.js';
import type { Looked } from './looks.js';
import { stillHolds } from '../pack/plan.js';
import { inlinePool, threadPool } from '../pack/pool.js';
import { type Pool } from '../archive/pool.js';
import { Progress } from '../progress.js';
import type { RestoreRequest } from '../restore/request.js';
import { type RestoreOutcome, restoreArchive } from '../restore/run.js';
import { type OpenFile, openFile } from '../tree/source.js';
import { freeSpace } from '../space.js';
import { unreadableBecause } from '../archive/unreadable.js';
import { type Depth, type Inspection, type InspectOptions, inspectArchive } from '../archive/inspect.js';

/** The heavy work of the room as messages: it runs in a thread of its own, away from the event loop of a server. */
export interface Tasks {
  create: {
    args: Omit<CreateRequest, 'previous'> & {
      previous: string | null;
      previousChecksum: string | null;
      onlyIfChanged: boolean;
    };
    result: CreateOutcome;
  };
  /** What such a creation would make. */
  preview: {
    args: Pick<CreateRequest, 'root' | 'roots' | 'rules' | 'type' | 'agent'> & { previous: string | null };
    result: BackupPreview;
  };
  inspect: {
    args: { id: string; archive: string } & Omit<InspectOptions, 'onBytes' | 'depth' | 'written'> & { depth: Depth };
    result: InspectionSummary;
  };
  look: { args: { archives: { path: string; old: Parameters<Look>[1] }[] }; result: Looked[] };
  restore: { args: RestoreRequest; result: RestoreOutcome };
  /** Of a drill: what was restored somewhere against where it came from. */
  compare: { args: { root: string; archive: string }; result: Restored };
}
export type TaskKind = keyof Tasks;

/** Null: nothing has changed, the previous archive still holds. */
export type CreateOutcome = {
  path: string;
  checksum: string;
  files: number;
  created_at: string;
  duration_ms: number;
  partial: boolean;
  problems: BackupProblem[];
} | null;

export type InspectionSummary = Pick<Inspection, 'errors' | 'notes' | 'checksum' | 'bytes'> & {
  files: number;
  /** There is a manifest, so every file's content was compared. */
  deep: boolean;
  type: 'full' | 'agent_state' | null;
  agent: string | null;
};

/** Runs a task. Tools that a task does not name are the real ones. */
export async function runTask<K extends TaskKind>(
  kind: K,
  args: Tasks[K]['args'],
  tools: CreateTools,
): Promise<Tasks[K]['result']> {
  const run = TASKS[kind] as (args: Tasks[K]['args'], tools: CreateTools) => Promise<Tasks[K]['result']>;
  try {
    return await run(args, tools);
  } finally {
    await tools.pool.close();
  }
}

/** The real tools, with worker threads or (for tests) without. */
export function realTools(
  onUpdate: CreateTools['onUpdate'],
  pool: Pool = threadPool(),
  open: OpenFile = openFile,
): CreateTools {
  return { pool, open, copyDatabase, free: freeSpace, onUpdate };
}

/** Tools that stay in this thread. */
export function inlineTools(onUpdate: CreateTools['onUpdate'], open: OpenFile = openFile): CreateTools {
  return realTools(onUpdate, inlinePool(open), open);
}

const TASKS: { [K in TaskKind]: (args: Tasks[K]['args'], tools: CreateTools) => Promise<Tasks[K]['result']> } = {
  create: createAndVerify,
  preview: async ({ previous, ...request }) => previewArchive({ ...request, previous: baseAt(previous) }),
  inspect: summarise,
  look: lookAtAll,
  restore: restoreArchive,
  compare: ({ root, archive }) => compareRestored(root, archive),
};

async function lookAtAll({ archives }: Tasks['look']['args']): Promise<Looked[]> {
  const looked: Looked[] = [];
  for (const { path, old } of archives) {
    try {
      looked.push({ found: await lookAt(path, old) });
    } catch (thrown) {
      const { code, message } = toMcError(thrown);
      looked.push({ error: { code, message } });
    }
  }
  return looked;
}

async function createAndVerify(args: Tasks['create']['args'], tools: CreateTools): Promise<CreateOutcome> {
  const { onlyIfChanged, previousChecksum, previous, ...request } = args;
  tools.pool.warm();
  const last = baseAt(previous);
  const walk = walkFor(request);
  if (onlyIfChanged && last && (await holds({ ...last, checksum: previousChecksum }, walk, tools.pool))) return null;
  const created = await createArchive({ ...request, previous: last }, tools, walk);
  const { manifest } = created;
  return {
    path: created.path,
    checksum: created.checksum,
    files: manifest.files.filter((file) => file.type === 'file').length,
    created_at: manifest.created_at,
    duration_ms: manifest.duration_ms,
    partial: manifest.partial,
    problems: manifest.problems,
  };
}

/** A previous archive with its manifest. One that cannot be read is not a help, and not a hindrance. */
function baseAt(path: string | null): CreateRequest['previous'] {
  try {
    const manifest = path === null ? null : readManifest(path);
    return path === null || manifest === null ? null : { path, manifest };
  } catch {
    return null;
  }
}

async function holds(
  { path, manifest, checksum }: { path: string; manifest: Manifest; checksum: string | null },
  walk: ReturnType<typeof walkFor>,
  pool: Pool,
): Promise<boolean> {
  // A pipe or a device is left out of every archive: that one is there changes nothing.
  if (walk.problems.some(({ kind }) => kind !== 'skipped' && kind !== 'noted')) return false;
  if (JSON.stringify(manifest.rules) !== JSON.stringify(walk.rules)) return false;
  if (!stillHolds(manifest, walk.entries)) return false;
  try {
    const { errors } = await inspectArchive(path, { checksum, depth: 'hashes' }, pool);
    return errors.length === 0;
  } catch (error) {
    // What nobody can read any more does not hold.
    if (unreadableBecause(error) === null) throw error;
    return false;
  }
}

async function summarise(
  { id, archive, ...options }: Tasks['inspect']['args'],
  tools: CreateTools,
): Promise<InspectionSummary> {
  const progress = new Progress(id, 'verify', tools.onUpdate);
  progress.phase('verify', 0, 0);
  const inspection = await inspectArchive(
    archive,
    { ...options, onBytes: (bytes) => progress.add(0, bytes) },
    tools.pool,
  );
  const { errors, notes, checksum, bytes, manifest } = inspection;
  const files = inspection.files.filter((file) => file.type === 'file').length;
  const deep = manifest !== null && options.depth === 'full';
  return { errors, notes, checksum, bytes, files, deep, type: manifest?.type ?? null, agent: manifest?.agent ?? null };
}
