import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { McError, toMcError } from '../../base/index.js';
import type { RestoreReport } from '../../protocol/index.js';
import type { Manifest, ManifestFile } from '../archive/manifest.js';
import { parentsOf } from '../archive/paths.js';
import { readManifest } from '../archive/reader.js';
import type { Run } from '../archive/runs.js';
import type { CreateTools } from '../create.js';
import { Progress } from '../progress.js';
import { requireSpace } from '../space.js';
import { type Inspection, inspectArchive } from '../verify.js';
import { compareWithDisk, type Differences, lstatOf, refuseLinks } from './diff.js';
import { type Journal, type Step, writeJournal } from './journal.js';
import { type Selection, scopeOf, selectFiles } from './select.js';
import { safeMode, stageFiles } from './stage.js';
import { rollBack, swap } from './swap.js';

export interface RestoreRequest extends Selection {
  id: string;
  archive: string;
  /** Recorded when the archive was made. */
  checksum: string | null;
  /** The directory restored into. */
  root: string;
  journal: string;
  /** Where displaced files go that the safety backup does not hold; null: they are not kept. */
  kept: string | null;
  /** The archive that was made just before, of what is about to be replaced. */
  safety: string | null;
  dryRun: boolean;
  /** A dry run has just looked at everything that is to be restored; staging looks again at what it writes. */
  inspected: boolean;
  overwrite: 'always' | 'if-changed' | 'never';
  delete: boolean;
}

export type RestoreOutcome = Omit<RestoreReport, 'id' | 'dry_run' | 'to' | 'safety_backup' | 'duration_ms'>;

/**
 * Restores from an archive: checks it, compares, stages beside, swaps under a journal. Dry, it stops after comparing.
 * @throws McError `backup.corrupt`, `disk.full`, `file.refused`, `agent.not_found`, `file.not_found`, `input.invalid`;
 * until the swap begins nothing in the workspace has changed
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
  progress.phase('compare', selected.files.length, totalOf(selected.files));
  const onFile = (file: ManifestFile) => progress.add(1, file.size);
  const differences = await compareWithDisk(request.root, selected, inspection.manifest, onFile);
  const writes = writesOf(request, differences, selected.files);
  const outcome: RestoreOutcome = {
    added: differences.added.map((file) => file.path),
    changed: differences.changed.map((file) => file.path),
    removed: differences.removed,
    same: differences.same,
    skipped: selected.skipped,
    restored: writes.length,
    deleted: request.delete ? differences.removed.length : 0,
    kept: [],
  };
  if (request.dryRun) return outcome;
  const journal = journalOf(request, differences, writes, selected.files);
  progress.phase('write', writes.length, totalOf(writes));
  return { ...outcome, kept: await perform(request, journal, inspection, writes, onFile, tools) };
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

async function perform(
  request: RestoreRequest,
  journal: Journal,
  inspection: Inspection,
  writes: ManifestFile[],
  onFile: (file: ManifestFile) => void,
  tools: CreateTools,
): Promise<RestoreOutcome['kept']> {
  mkdirSync(request.root, { recursive: true });
  requireSpace(request.root, totalOf(writes), 'the restore', tools.free);
  await writeJournal(request.journal, journal);
  try {
    const staged = new Map(journal.steps.flatMap((step) => (step.do === 'place' ? [[step.path, step.staged]] : [])));
    await stageFiles(request.archive, inspection, staged, request.root, onFile);
    // Since the comparison somebody may have put a link where a directory was.
    refuseLinks(
      request.root,
      journal.steps.map(({ path }) => path),
    );
  } catch (error) {
    await rollBack(request.journal, journal);
    throw toMcError(error);
  }
  return swap(request.journal, journal);
}

function writesOf(request: RestoreRequest, differences: Differences, files: ManifestFile[]): ManifestFile[] {
  if (request.overwrite === 'never') return differences.added;
  if (request.overwrite === 'always') return files.filter((file) => file.type !== 'directory');
  return [...differences.added, ...differences.changed];
}

/** Every step in an order that works: what is in the way first, then directories, files, deletions, emptied directories. */
function journalOf(
  request: RestoreRequest,
  differences: Differences,
  writes: ManifestFile[],
  selected: ManifestFile[],
): Journal {
  const { root } = request;
  const safe = safetyHashes(request.safety);
  const tag = Buffer.from(`${request.id}:${process.pid}:${process.hrtime.bigint()}`).toString('hex').slice(-12);
  let number = 0;
  const aside = (path: string, kind: 'new' | 'old') => {
    number += 1;
    return join(standingParent(root, path), `.${basename(path).slice(0, 60)}.${tag}.${number}.${kind}.mc-tmp`);
  };
  const displace = (path: string): Step => ({
    do: 'displace',
    path,
    aside: aside(path, 'old'),
    safe: safe.get(path) ?? null,
  });
  const directories = missingDirectories(request, differences, writes);
  const steps: Step[] = directories
    .filter(({ path }) => lstatOf(join(root, path)) !== null)
    .map(({ path }) => displace(path));
  for (const file of directories) {
    steps.push({ do: 'mkdir', path: file.path, mode: safeMode(file), uid: file.uid, gid: file.gid });
  }
  for (const file of writes) {
    const { path } = file;
    // A log left beside an older database would be applied to it.
    if (file.database) for (const ending of ['-wal', '-shm', '-journal']) steps.push(displace(path + ending));
    steps.push({
      do: 'place',
      path,
      staged: aside(path, 'new'),
      aside: aside(path, 'old'),
      safe: safe.get(path) ?? null,
    });
  }
  if (request.delete) {
    steps.push(...differences.removed.map(displace));
    steps.push(...differences.emptied.map((path): Step => ({ do: 'rmdir', path })));
  }
  return {
    version: 1,
    state: 'staging',
    id: request.id,
    root,
    kept: request.kept,
    steps,
    attributes: attributesOf(request, differences, directories, selected),
  };
}

/** Directories to make, parents first: those of the backup, and those it does not list but a file needs. */
function missingDirectories(
  request: RestoreRequest,
  differences: Differences,
  writes: ManifestFile[],
): Pick<ManifestFile, 'path' | 'type' | 'mode' | 'uid' | 'gid' | 'mtime'>[] {
  const listed = new Map(differences.directories.map((file) => [file.path, file]));
  const needed = writes.flatMap((file) =>
    parentsOf(file.path).map((path) => ({
      path,
      type: 'directory' as const,
      mode: 0o755,
      uid: file.uid,
      gid: file.gid,
      mtime: '',
    })),
  );
  const missing = new Map(
    [...needed, ...listed.values()]
      .filter(({ path }) => !lstatOf(join(request.root, path))?.isDirectory())
      .map((file) => [file.path, listed.get(file.path) ?? file]),
  );
  if (request.overwrite === 'never') {
    for (const path of missing.keys()) if (lstatOf(join(request.root, path))) missing.delete(path);
  }
  return [...missing.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Modes and times to set at the end, of directories too: replacing a file moves its directory's time. Deepest first. */
function attributesOf(
  request: RestoreRequest,
  differences: Differences,
  made: Pick<ManifestFile, 'path' | 'type' | 'mode' | 'mtime'>[],
  selected: ManifestFile[],
): Journal['attributes'] {
  const known = [...differences.attributes, ...selected.filter((file) => file.type === 'directory')];
  const wanted = request.overwrite === 'never' ? made.filter((file) => file.mtime !== '') : known;
  return [...new Map(wanted.map((file) => [file.path, file])).values()]
    .map((file) => ({ path: file.path, mode: safeMode(file), mtimeMs: Date.parse(file.mtime) }))
    .toSorted((a, b) => b.path.length - a.path.length);
}

/** The nearest parent that is a directory now: what lies there can be renamed to where it belongs. */
function standingParent(root: string, path: string): string {
  let parent = dirname(path);
  while (parent !== '.' && !lstatOf(join(root, parent))?.isDirectory()) parent = dirname(parent);
  return parent === '.' ? '' : parent;
}

function safetyHashes(safety: string | null): Map<string, string | null> {
  const manifest: Manifest | null = safety === null ? null : readManifest(safety);
  return new Map((manifest?.files ?? []).map((file) => [file.path, file.sha256]));
}

function totalOf(files: { size: number }[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
