import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../base/index.js';
import { type BackupPreview, type BackupProblem, oldSizeText } from '../../protocol/index.js';
import type { Manifest } from '../archive/manifest.js';
import { type CreateRequest, isLoss, walkFor } from './archive.js';
import { type ArchivePlan, planArchive } from './plan.js';

/** What a request would put into its archive. Only reads, and no file's bytes. */
export function previewArchive(
  request: Pick<CreateRequest, 'root' | 'roots' | 'rules' | 'type' | 'agent' | 'previous'>,
): BackupPreview {
  const { root, type, agent, previous } = request;
  const { entries, problems, leftOut } = walkFor(request);
  const plan = planArchive(entries, previous?.manifest ?? null);
  const fresh = [...plan.batches.flat(), ...plan.large, ...plan.databases];
  const refused = fresh.flatMap(({ path }) => refusal(root, path) ?? []);
  const lost = new Set(refused.map(({ path }) => path));
  const files = entries.filter((entry) => entry.type === 'file' && !lost.has(entry.path));
  const bytes = sizeOf(files);
  const size = previous && estimate(plan, sizeOf(fresh), entries.length, previous);
  const all = [...problems, ...refused];
  return {
    dry_run: true,
    backup_type: type,
    agent,
    files: files.length,
    bytes,
    bytes_human: oldSizeText(bytes),
    directories: plan.structure.filter((entry) => entry.type === 'directory').length,
    links: plan.structure.filter((entry) => entry.type === 'symlink').length,
    unchanged: plan.copies.reduce((sum, run) => sum + run.files.length, 0),
    estimated_size_bytes: size,
    estimated_size_human: size === null ? null : oldSizeText(size),
    partial: all.some(isLoss),
    left_out: leftOut.paths,
    left_out_count: leftOut.count,
    problems: all,
  };
}

/** Why a file could not be read; null: it could be. */
function refusal(root: string, path: string): BackupProblem | null {
  try {
    accessSync(join(root, path), constants.R_OK);
    return null;
  } catch (error) {
    const reason = errnoOf(error) ?? String(error);
    return { path, kind: reason === 'ENOENT' ? 'vanished' : 'unreadable', reason };
  }
}

/** What is copied has its size; the rest, and the manifest, are taken to become as small as in the backup before. */
function estimate(
  plan: ArchivePlan,
  freshBytes: number,
  entries: number,
  { path, manifest }: { path: string; manifest: Manifest },
): number | null {
  const lengthOf = (members: readonly { length: number }[]) => members.reduce((sum, { length }) => sum + length, 0);
  const packed = lengthOf(manifest.members);
  const bytes = sizeOf(manifest.files);
  if (bytes === 0 || manifest.files.length === 0) return null;
  const copied = plan.copies.reduce((sum, run) => sum + lengthOf(run.members), 0);
  const perEntry = (statSync(path).size - packed) / manifest.files.length;
  return Math.round(copied + freshBytes * (packed / bytes) + perEntry * entries);
}

function sizeOf(files: readonly { size: number }[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
