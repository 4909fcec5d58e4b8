import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { shown } from '../tree/limits.js';
import type { ManifestFile } from '../archive/manifest.js';
import { newParents } from '../tree/paths.js';
import { readManifest } from '../archive/reader.js';
import { scanArchive } from '../archive/scan.js';
import { checkDatabase } from '../pack/database.js';
import { reasonToSkip } from './select.js';
import { safeMode } from './modes.js';
import { isDatabase } from '../tree/sqlite-files.js';
import { checksumOf } from '../archive/inspect.js';

/** What stands in a directory that an archive was restored into, held against the archive. */
export interface Restored {
  databases: number;
  errors: string[];
}

/**
 * Compares every name, type, link target, mode, time, size and content below a directory with the archive it came from, and
 * opens every database but those that were kept as raw bytes. It runs in a worker thread.
 */
export async function compareRestored(root: string, archive: string): Promise<Restored> {
  const manifest = readManifest(archive) ?? (await foundIn(archive));
  const files = manifest.files.filter((file) => reasonToSkip(file, { withDatabase: true }) === null);
  const found: Restored = { databases: 0, errors: [] };
  const expected = new Set<string>();
  for (const { path } of files) newParents(path, expected);
  for (const { path } of files) expected.add(path);
  for (const file of files) {
    const fault = await faultOf(root, file);
    if (fault !== null) found.errors.push(`${shown(file.path)}: ${fault}`);
  }
  const raw = new Set(files.filter((file) => file.raw).map(({ path }) => path));
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!expected.has(path)) found.errors.push(`${shown(path)}: is not in the backup`);
    else if (!raw.has(path)) await openDatabase(join(root, path), path, found);
  }
  return found;
}

/** What an archive without an index of ours holds. */
async function foundIn(archive: string): Promise<{ files: ManifestFile[] }> {
  const scan = await scanArchive(archive);
  return scan.manifest ?? scan;
}

async function faultOf(root: string, file: ManifestFile): Promise<string | null> {
  const path = join(root, file.path);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return 'is missing';
  if (file.type === 'symlink') {
    return stat.isSymbolicLink() && readlinkSync(path) === file.link ? null : 'does not link to where it should';
  }
  if (file.type === 'directory' ? !stat.isDirectory() : !stat.isFile()) return `is not a ${file.type}`;
  if ((stat.mode & 0o7777) !== safeMode(file)) return 'has another mode';
  if (Math.abs(stat.mtimeMs - Date.parse(file.mtime)) >= 1) return 'has another time';
  if (file.type === 'directory') return null;
  return stat.size === file.size && (await checksumOf(path)) === file.sha256 ? null : 'not as in the backup';
}

async function openDatabase(path: string, name: string, found: Restored): Promise<void> {
  if (!lstatSync(path).isFile() || !isDatabase(path)) return;
  found.databases += 1;
  try {
    await checkDatabase(path);
  } catch (error) {
    found.errors.push(`${shown(name)}: ${(error as Error).message}`);
  }
}
