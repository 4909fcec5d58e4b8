import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { toMcError } from '../../base/index.js';
import { shown } from '../tree/limits.js';
import { type Manifest, type ManifestFile } from './manifest.js';
import { checkPaths } from '../tree/paths.js';
import { readManifest, type Written } from './reader.js';
import { nameOf, type Run, runsOf } from './runs.js';
import { scanArchive } from './scan.js';
import { eachAtOnce } from './concurrency.js';
import { furnitureFault } from '../tree/furniture.js';
import type { Pool } from './pool.js';
import { unreadableBecause } from './unreadable.js';

/** How much of an archive is looked at. */
export type Depth = 'hashes' | 'structure' | 'full';

/** What an archive turned out to be. */
export interface Inspection {
  errors: string[];
  notes: string[];
  checksum: string;
  bytes: number;
  /** Null when the archive has no manifest that could be read. */
  manifest: Manifest | null;
  /** Whether the manifest's members can be read by themselves. */
  indexed: boolean;
  /** What the archive holds, by the manifest or by what was found. */
  files: ManifestFile[];
}

export interface InspectOptions {
  /** SHA-256 that a person recorded when the archive was whole. */
  checksum: string | null;
  /**
   * `hashes`: the members' bytes are still those that were written. `structure`: they also inflate to the entries that the
   * manifest lists. `full`: and every file's content has its hash. A function: in full the runs it chooses, of others the
   * hashes.
   */
  depth: Depth | ((run: Run) => boolean);
  onBytes?: (bytes: number) => void;
  /** What was just written there: then every member is read, and with them the whole has its checksum. */
  written?: Written;
}

/** So many faults are reported; what is wrong with the archive is known by then. */
const MOST_ERRORS = 100;

/** Reads an archive and says what is wrong with it. Throws when it cannot be read, never for what is in it. */
export async function inspectArchive(archive: string, options: InspectOptions, pool: Pool): Promise<Inspection> {
  let manifest: Manifest | null = null;
  const errors: string[] = [];
  try {
    manifest = readManifest(archive, options.written);
  } catch (error) {
    if (unreadableBecause(error) !== null) throw error;
    errors.push(toMcError(error).message);
  }
  const inspection = manifest
    ? await inspectIndexed(archive, manifest, options, pool)
    : errors.length > 0
      ? await inspectBroken(archive, errors, options)
      : await inspectPlain(archive);
  inspection.errors.push(...checkPaths(inspection.files));
  for (const file of inspection.files) {
    const fault = furnitureFault(file);
    if (fault !== null) inspection.errors.push(fault);
  }
  if (options.checksum === null) inspection.notes.push('no checksum was recorded when it was made');
  else if (options.checksum !== inspection.checksum)
    inspection.errors.unshift('the archive’s checksum is not the one recorded');
  const { errors: found } = inspection;
  if (found.length > MOST_ERRORS) found.splice(MOST_ERRORS, found.length, `${found.length - MOST_ERRORS} more`);
  return inspection;
}

/** SHA-256 of a whole file in hex. Gives way to other work between its pieces. */
export async function checksumOf(path: string, onBytes: (bytes: number) => void = () => {}): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1 << 20);
  const handle = openSync(path, 'r');
  try {
    for (let count = readSync(handle, buffer); count > 0; count = readSync(handle, buffer)) {
      hash.update(buffer.subarray(0, count));
      onBytes(count);
      await turn();
    }
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

async function inspectIndexed(
  archive: string,
  manifest: Manifest,
  options: InspectOptions,
  pool: Pool,
): Promise<Inspection> {
  const errors: string[] = [];
  const runs = runsOf(manifest);
  const [full, rest] = divide(runs, options.depth);
  const { written, onBytes = () => {} } = options;
  // Where the whole archive's checksum is known and read, it vouches for every member.
  const light = options.checksum === null ? rest : [];
  const onRun = (run: Run) => {
    if (written) onBytes(run.members.reduce((sum, { length }) => sum + length, 0));
  };
  const [checksum] = await Promise.all([
    written?.checksum ?? checksumOf(archive, onBytes),
    eachAtOnce(full, pool.width * 2, async (run) => {
      errors.push(...(await pool.check(archive, run, options.depth !== 'structure')));
      onRun(run);
    }),
    eachAtOnce(light, pool.width * 2, async (run) => {
      if (!(await pool.hash(archive, run))) errors.push(`${nameOf(run)}: the bytes have changed`);
      onRun(run);
    }),
  ]);
  return { errors, notes: [], checksum, bytes: statSync(archive).size, manifest, indexed: true, files: manifest.files };
}

function divide(runs: Run[], depth: InspectOptions['depth']): [full: Run[], light: Run[]] {
  if (depth === 'full' || depth === 'structure') return [runs, []];
  if (depth === 'hashes') return [[], runs];
  return [runs.filter(depth), runs.filter((run) => !depth(run))];
}

/** Old archives, and ours after another program packed them again: all that can be known comes from reading it all. */
async function inspectPlain(archive: string): Promise<Inspection> {
  const { errors, checksum, bytes, manifest, files, changed } = await scanArchive(archive);
  const notes = [
    manifest ? 'it was packed again by another program' : 'it has no manifest: only its structure can be checked',
  ];
  if (changed > 0)
    notes.push(`${changed} entries have another mode or time than their manifest says, which a restore uses`);
  const unsure = manifest ? undefined : files.find(({ path, link }) => `${path}${link ?? ''}`.includes('\uFFFD'));
  if (unsure) notes.push(`${shown(unsure.path)}: a name that is not UTF-8 comes back changed`);
  return {
    errors,
    notes,
    checksum,
    bytes,
    manifest,
    indexed: false,
    files: manifest?.files ?? files,
  };
}

async function inspectBroken(archive: string, errors: string[], options: InspectOptions): Promise<Inspection> {
  const checksum = await checksumOf(archive, options.onBytes);
  return { errors, notes: [], checksum, bytes: statSync(archive).size, manifest: null, indexed: false, files: [] };
}
