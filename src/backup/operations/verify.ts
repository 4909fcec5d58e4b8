import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { McError, toMcError } from '../../base/index.js';
import type { DrillReport, VerifyReport } from '../../protocol/index.js';
import { type CatalogEntry, findBackup, findSound } from '../catalog/catalog.js';
import { type BackupContext, catalogOf, isUnwritable, recorded, scratchFor, withReadLock } from './context.js';
import type { OnUpdate } from '../progress.js';
import { updateRecords } from '../catalog/records.js';
import { removeTree } from '../remove-tree.js';
import { groundElsewhere } from '../restore/ground.js';
import { checkSnapshot } from './snapshot.js';
import type { InspectionSummary } from '../jobs/jobs.js';
import { unreadableBecause } from '../archive/unreadable.js';

/**
 * Verifies one backup. A damaged one is a report that is not ok, no error.
 * @throws McError `backup.not_found`
 */
export async function verifyBackup(
  context: BackupContext,
  id: string,
  deep: boolean,
  onUpdate: OnUpdate,
): Promise<VerifyReport> {
  const entry = findBackup(await catalogOf(context), id, context.clock.now());
  return recorded(context, 'verify', () => verifyEntry(context, entry, deep, onUpdate), faultOf);
}

/** Verifies every backup there is. One that cannot be read is a report that is not ok; one that has gone meanwhile is none. */
export async function verifyAll(context: BackupContext, deep: boolean, onUpdate: OnUpdate): Promise<VerifyReport[]> {
  const entries = await catalogOf(context);
  const work = async () => {
    const reports: VerifyReport[] = [];
    for (const entry of entries) {
      if (await isThere(entry)) reports.push(await verifyEntry(context, entry, deep, onUpdate));
    }
    return reports;
  };
  return recorded(context, 'verify', work, faultsOf);
}

/** What a verification or a drill found wrong; null when nothing was. */
export function faultOf(report: Pick<VerifyReport, 'id' | 'ok' | 'errors'>): string | null {
  return report.ok ? null : `${report.id}: ${report.errors[0]}`;
}

/** The same of many. */
export function faultsOf(reports: VerifyReport[]): string | null {
  const bad = reports.filter((report) => !report.ok);
  return bad.length === 0 ? null : `damaged: ${bad.map((report) => report.id).join(', ')}`;
}

/**
 * Restores a backup (the newest sound one, unless named) into a temporary folder, compares every file and opens every database.
 * @throws McError `backup.not_found`, `disk.full`
 */
export async function drillBackup(
  context: BackupContext,
  id: string | undefined,
  onUpdate: OnUpdate,
): Promise<DrillReport> {
  const began = performance.now();
  const entries = await catalogOf(context);
  const now = context.clock.now();
  const { backup } = id === undefined ? findSound(entries, now) : findBackup(entries, id, now);
  if (backup.backup_type === 'snapshot') throw new McError('input.invalid', 'a snapshot has no files to drill with');
  const work = () =>
    withReadLock(context, 'backup drill', async () => {
      onUpdate({ id: backup.id, state: 'started', action: 'drill' });
      const directory = await scratchFor(context);
      const report: DrillReport = {
        id: backup.id,
        ok: true,
        files: 0,
        databases: 0,
        errors: [],
        checked_at: new Date(context.clock.now()).toISOString(),
        duration_ms: 0,
      };
      try {
        const request = {
          id: backup.id,
          archive: backup.path,
          checksum: backup.checksum || null,
          ...groundElsewhere(join(directory, 'workspace')),
          journal: join(directory, 'journal.json'),
          kept: null,
          safety: null,
          agent: null,
          paths: [],
          withDatabase: true,
          overwrite: 'if-changed' as const,
          delete: false,
          leaveFiles: false,
          inspected: false,
        };
        const asDrill: OnUpdate = (update) => onUpdate({ ...update, action: 'drill' });
        const restored = await context.runner.run('restore', { ...request, dryRun: false }, asDrill);
        const compared = await context.runner.run('compare', { root: request.root, archive: backup.path });
        report.files = restored.restored;
        report.databases = compared.databases;
        report.errors.push(...compared.errors.slice(0, 100));
      } catch (thrown) {
        const error = toMcError(thrown);
        if (error.code !== 'backup.corrupt') throw error;
        report.errors.push(error.message);
      } finally {
        await removeTree(directory);
      }
      const done = { ...report, ok: report.errors.length === 0, duration_ms: Math.round(performance.now() - began) };
      tellEnd('drill', done, onUpdate);
      return done;
    });
  return recorded(context, 'drill', work, faultOf);
}

/** Says how work on a backup ended. */
function tellEnd(action: string, report: VerifyReport | DrillReport, onUpdate: OnUpdate): void {
  const { id, ok, errors, files, duration_ms } = report;
  if (ok) onUpdate({ id, state: 'completed', action, files, duration_ms });
  else onUpdate({ id, state: 'failed', action, error: errors[0], code: 'backup.corrupt' });
}

async function verifyEntry(
  context: BackupContext,
  entry: CatalogEntry,
  deep: boolean,
  onUpdate: OnUpdate,
): Promise<VerifyReport> {
  const began = performance.now();
  const { id } = entry.backup;
  onUpdate({ id, state: 'started', action: 'verify' });
  const inspection = await inspectEntry(context, entry, deep, onUpdate);
  const { errors, notes, checksum, bytes, files } = inspection;
  const report: VerifyReport = {
    id,
    ok: errors.length === 0,
    deep: inspection.deep,
    checked_at: new Date(context.clock.now()).toISOString(),
    duration_ms: Math.round(performance.now() - began),
    files,
    bytes,
    checksum,
    errors,
    notes,
  };
  await record(context, entry, report, inspection.unreadable).catch((error: unknown) => {
    // What was read is worth reporting all the same.
    if (!isUnwritable(error)) throw error;
    report.notes = [...report.notes, `the result could not be noted: ${toMcError(error).message}`];
  });
  tellEnd('verify', report, onUpdate);
  return report;
}

type EntryInspection = InspectionSummary & { unreadable: boolean };

async function inspectEntry(
  context: BackupContext,
  { backup }: CatalogEntry,
  deep: boolean,
  onUpdate: OnUpdate,
): Promise<EntryInspection> {
  const { id, path, backup_type, checksum } = backup;
  const args = { id, archive: path, checksum: checksum || null, depth: deep ? 'full' : 'structure' } as const;
  try {
    const inspection =
      backup_type === 'snapshot'
        ? await checkSnapshot(path, checksum)
        : await context.runner.run('inspect', args, onUpdate);
    return { ...inspection, unreadable: false };
  } catch (error) {
    const reason = unreadableBecause(error);
    if (reason === null) throw error;
    const nothing = { notes: [], files: 0, deep: false, type: null, agent: null };
    return { ...nothing, errors: [reason], checksum, bytes: backup.size_bytes, unreadable: true };
  }
}

/** Whether its file is still there: verifying holds no lock, so another process may have pruned it meanwhile. */
async function isThere({ backup }: CatalogEntry): Promise<boolean> {
  return (await lstat(backup.path).catch(() => null)) !== null;
}

async function record(
  context: BackupContext,
  { name, backup }: CatalogEntry,
  report: VerifyReport,
  unreadable: boolean,
): Promise<void> {
  const { size, mtimeMs } = await stat(backup.path);
  await updateRecords(context.files.records, ({ archives }) => {
    archives[name] = {
      size,
      mtime_ms: Math.floor(mtimeMs),
      verified_at: report.checked_at,
      verify_error: report.ok ? null : (report.errors[0] ?? 'damaged'),
      ...(unreadable && { unreadable }),
      deep: report.deep,
      holds_at: archives[name]?.holds_at ?? null,
    };
  });
}
