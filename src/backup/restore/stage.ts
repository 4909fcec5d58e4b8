import {
  closeSync,
  fsync,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { McError, syncDirectory } from '../../base/index.js';
import type { ManifestFile } from '../archive/manifest.js';
import { readRun, runsOf } from '../archive/runs.js';
import { scanArchive } from '../archive/scan.js';
import type { EntrySink } from '../archive/tar-reader.js';
import { eachAtOnce } from '../archive/concurrency.js';
import type { Inspection } from '../archive/inspect.js';
import { at, type Ground } from './ground.js';
import { safeMode, secondsOf } from './modes.js';

const fsyncAsync = promisify(fsync);

/** Files that stay open at once, waiting to be made durable. */
const SETTLE = 128;
const BLANK = Buffer.alloc(64 * 1024);

/** What is staged, from where, and where to. */
export interface Staging {
  archive: string;
  inspection: Inspection;
  /** Names beside the workspace's own, by the path in the archive. */
  staged: Map<string, string>;
  ground: Ground;
  onFile: (file: ManifestFile) => void;
}

/**
 * Writes the wanted files of an archive under their staged names, each compared with its manifest as it passes and made
 * durable. Of an indexed archive only the members that hold a wanted file are read.
 * @throws McError `backup.corrupt` when something is not what the manifest says
 */
export async function stageFiles(staging: Staging): Promise<void> {
  const { inspection, staged, ground, onFile } = staging;
  const left = new Set(staged.keys());
  const written: number[] = [];
  const sinkFor = (file: ManifestFile): EntrySink | null => {
    const name = staged.get(file.path);
    if (name === undefined || !left.delete(file.path)) return null;
    onFile(file);
    if (file.type === 'symlink') symlinkSync(file.link ?? '', at(ground, name));
    return file.type === 'file' ? stagedFile(at(ground, name), file, written) : null;
  };
  const errors: string[] = [];
  try {
    errors.push(
      ...(inspection.indexed && inspection.manifest
        ? await stageRuns(staging, sinkFor, written)
        : await stageScan(staging, sinkFor)),
    );
  } finally {
    await settle(written);
  }
  if (errors.length === 0 && left.size > 0) errors.push(`${[...left][0]}: missing`);
  if (errors.length > 0) {
    throw new McError('backup.corrupt', `the backup is damaged: ${errors[0]}`, {
      hint: 'nothing was restored; mc backup list shows other backups, mc backup verify --all which are sound',
    });
  }
  await settleNames(ground, staged);
}

async function stageRuns(
  { archive, inspection, staged }: Staging,
  sinkFor: (file: ManifestFile) => EntrySink | null,
  written: number[],
): Promise<string[]> {
  const errors: string[] = [];
  for (const run of runsOf(inspection.manifest ?? { files: [], members: [] })) {
    if (!run.files.some((file) => staged.has(file.path))) continue;
    errors.push(...readRun(archive, run, (file) => sinkFor(file)));
    if (errors.length > 0) break;
    if (written.length >= SETTLE) await settle(written);
  }
  return errors;
}

async function stageScan(
  { archive, inspection, staged }: Staging,
  sinkFor: (file: ManifestFile) => EntrySink | null,
): Promise<string[]> {
  for (const file of inspection.files) if (file.type === 'symlink' && staged.has(file.path)) sinkFor(file);
  const known = new Map(inspection.files.map((file) => [file.path, file]));
  const scan = await scanArchive(archive, (file) => sinkFor({ ...file, ...known.get(file.path) }));
  // The archive may be written while we read it: the second reading must find what the first one judged.
  const moved = scan.files.filter((file) => file.type === 'file' && known.get(file.path)?.sha256 !== file.sha256);
  return [...scan.errors, ...moved.map((file) => `${file.path}: changed between two readings`)];
}

/** Makes the names of staged files durable, links among them: only then may a journal say that everything is there. */
async function settleNames(ground: Ground, staged: Map<string, string>): Promise<void> {
  const directories = new Set([...staged.values()].map((name) => dirname(at(ground, name))));
  await eachAtOnce([...directories], SETTLE, syncDirectory);
}

/** Makes written files durable, side by side: a disk does many at once almost as fast as one. */
async function settle(written: number[]): Promise<void> {
  await Promise.all(
    written.splice(0).map(async (handle) => {
      await fsyncAsync(handle);
      closeSync(handle);
    }),
  );
}

/** Writes a file's bytes; long stretches of zeros become holes. At its end it has its mode, owner and time. */
function stagedFile(path: string, file: ManifestFile, written: number[]): EntrySink {
  const handle = openSync(path, 'wx', 0o600);
  let position = 0;
  return {
    write(chunk) {
      for (let from = 0; from < chunk.length; from += BLANK.length) {
        const piece = chunk.subarray(from, from + BLANK.length);
        if (piece.length < BLANK.length || !piece.equals(BLANK)) writeAll(handle, piece, position + from);
      }
      position += chunk.length;
    },
    end() {
      written.push(handle);
      ftruncateSync(handle, position);
      if (process.getuid?.() === 0) fchownSync(handle, file.uid, file.gid);
      fchmodSync(handle, safeMode(file));
      const time = secondsOf(Date.parse(file.mtime));
      futimesSync(handle, time, time);
    },
  };
}

function writeAll(handle: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(handle, bytes, done, bytes.length - done, position + done);
}
