import { mkdirSync } from 'node:fs';
import { McError, toMcError } from '../../base/index.js';
import type { RestoreReport } from '../../protocol/index.js';
import type { ManifestFile } from '../archive/manifest.js';
import { readManifest } from '../archive/reader.js';
import type { Run } from '../archive/runs.js';
import type { CreateTools } from '../pack/archive.js';
import { furnitureFault } from '../tree/furniture.js';
import { Progress } from '../progress.js';
import { type Inspection, inspectArchive } from '../archive/inspect.js';
import { compareWithDisk, type Differences, refuseLinks } from './diff.js';
import { type Journal, writeJournal } from './journal.js';
import { liftModes } from './lifted-modes.js';
import { safeMode } from './modes.js';
import { trialsOf, tryOut } from './preflight.js';
import type { RestoreRequest } from './request.js';
import { savedBefore } from './saved.js';
import { scopeOf, selectFiles } from './select.js';
import { stageFiles } from './stage.js';
import { type Intent, intend, journalOf } from './steps.js';
import { rollBack, type Swapped, swap } from './swap.js';

export type RestoreOutcome = Omit<RestoreReport, 'id' | 'dry_run' | 'to' | 'safety_backup' | 'duration_ms'>;

/**
 * Restores from an archive: checks it, compares, stages beside, swaps under a journal. Dry, it stops after comparing.
 * @throws McError `backup.corrupt`, `disk.full`, `file.refused`, `agent.not_found`, `file.not_found`, `input.invalid`;
 * nothing in the workspace has changed then, unless the message says so
 */
export async function restoreArchive(request: RestoreRequest, tools: CreateTools): Promise<RestoreOutcome> {
  const progress = new Progress(request.id, 'restore', tools.onUpdate);
  const inspection = await inspect(request, tools);
  if (inspection.errors.length > 0) {
    throw new McError('backup.corrupt', `the backup ${request.id} is damaged: ${inspection.errors[0]}`, {
      hint: 'nothing was restored; mc backup verify --all shows which backups are sound',
    });
  }
  if (request.delete && !inspection.manifest) {
    throw new McError(
      'input.invalid',
      'this backup does not say which files it would have included, so none are deleted',
      {
        hint: 'restore it without --delete',
      },
    );
  }
  const selected = selectFiles(inspection.files, request);
  requireNoFurniture(inspection.files.filter(({ path }) => selected.inScope(path)));
  progress.phase('compare', selected.files.length, totalOf(selected.files));
  const onFile = (file: ManifestFile) => progress.add(1, file.size);
  const differences = await compareWithDisk(request, selected, inspection.manifest, onFile);
  const intent = intend(request, differences, selected.files);
  const { writes, inTheWay, removed } = intent;
  const outcome: RestoreOutcome = {
    added: differences.added.map((file) => file.path),
    changed: [...differences.changed.map((file) => file.path), ...inTheWay].toSorted(),
    removed: differences.removed,
    same: differences.same,
    attributes: request.overwrite === 'never' ? [] : differences.attributes.map((file) => file.path).toSorted(),
    skipped: [...selected.skipped, ...leftOut(differences, writes)],
    restored: writes.length + inTheWay.length,
    deleted: removed.length,
    kept: [],
  };
  if (request.dryRun) return outcome;
  const safe = await savedBefore(request, writes, tools.copyDatabase);
  const journal = journalOf({ request, differences, intent, selected: selected.files, safe });
  if (journal.steps.length + journal.attributes.length === 0) return outcome;
  progress.phase('write', writes.length, totalOf(writes));
  const { kept, unset } = await perform({ request, journal, inspection, intent, onFile, tools });
  return { ...outcome, kept, skipped: [...outcome.skipped, ...unset] };
}

/** In full what is to be restored. Right after a dry run only the manifest: staging checks what it writes. */
async function inspect(request: RestoreRequest, tools: CreateTools): Promise<Inspection> {
  const { archive, checksum } = request;
  const manifest = request.inspected ? readManifest(archive) : null;
  if (manifest) {
    return { errors: [], notes: [], checksum: '', bytes: 0, manifest, indexed: true, files: manifest.files };
  }
  const inScope = scopeOf(request);
  const depth = (run: Run) => run.files.some((file) => inScope(file.path));
  return inspectArchive(archive, { checksum, depth }, tools.pool);
}

interface Performance {
  request: RestoreRequest;
  journal: Journal;
  inspection: Inspection;
  intent: Intent;
  onFile: (file: ManifestFile) => void;
  tools: CreateTools;
}

async function perform({
  request,
  journal: planned,
  inspection,
  intent,
  onFile,
  tools,
}: Performance): Promise<Swapped> {
  const { writes, directories } = intent;
  mkdirSync(request.root, { recursive: true });
  const entries = [...writes, ...directories.map(({ path }) => ({ path, size: 0 }))];
  const trials = trialsOf(request, entries, planned.tag ?? '');
  const journal = { ...planned, trials: trials.map(({ directory }) => directory) };
  await writeJournal(request.journal, journal);
  try {
    liftModes(journal);
    for (const trial of trials) await tryOut(request, trial, tools.free);
    const staged = new Map(journal.steps.flatMap((step) => (step.do === 'place' ? [[step.path, step.staged]] : [])));
    await stageFiles({ archive: request.archive, inspection, staged, ground: request, onFile });
    // Since the comparison another process may have put a link where a directory was.
    refuseLinks(
      request,
      journal.steps.map(({ path }) => path),
    );
  } catch (error) {
    await rollBack(request.journal, journal);
    throw toMcError(error);
  }
  return swap(request.journal, journal);
}

/** @throws McError `file.refused` when one of the files would stand where the workspace itself has a directory or its database */
function requireNoFurniture(files: readonly ManifestFile[]): void {
  const fault = files.map(furnitureFault).find((found) => found !== null);
  if (fault === undefined) return;
  throw new McError('file.refused', `${fault}: it would take the workspace away`, {
    hint: 'nothing was restored; choose the other files with --path',
  });
}

/** What is not, or not wholly, brought back although it was asked for. */
function leftOut(differences: Differences, writes: readonly ManifestFile[]): { path: string; reason: string }[] {
  const own = 'a server has it in its own directory: it is not replaced';
  const lost = 'its set-user-ID, set-group-ID or sticky bit is not brought back';
  return [
    ...differences.left.map((path) => ({ path, reason: own })),
    ...writes
      .filter((file) => file.type === 'file' && safeMode(file) !== file.mode)
      .map(({ path }) => ({ path, reason: lost })),
  ];
}

function totalOf(files: { size: number }[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
