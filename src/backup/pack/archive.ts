import { join } from 'node:path';
import { McError, packageVersion, toMcError } from '../../base/index.js';
import type { BackupProblem } from '../../protocol/index.js';
import { Contents, manifestFile } from '../archive/contents.js';
import { joinPieces, type Piece, readPiece } from '../archive/copy.js';
import { encodeHead, endOfArchive, paddingOf } from '../archive/entry.js';
import { encodeFooter } from '../archive/footer.js';
import { manifestRoom } from '../tree/limits.js';
import { FORMAT, type Manifest } from '../archive/manifest.js';
import type { Run } from '../archive/runs.js';
import { ArchiveWriter } from '../archive/writer.js';
import { eachAtOnce } from '../archive/concurrency.js';
import type { CopyDatabase } from './database.js';
import { backupFileName, backupId } from '../catalog/ids.js';
import { deflate, LOOSELY, type PackedBatch, QUICKLY } from '../archive/member.js';
import { packDatabase } from './pack-database.js';
import { packLarge } from './large.js';
import { type ArchivePlan, planArchive } from './plan.js';
import type { Pool } from '../archive/pool.js';
import { Progress, type OnUpdate } from '../progress.js';
import { MANIFEST_NAME, type Rules } from '../tree/rules.js';
import type { OpenFile } from '../tree/source.js';
import { type FreeSpace, requireSpace } from '../space.js';
import { unreadableBecause } from '../archive/unreadable.js';
import { inspectArchive } from '../archive/inspect.js';
import { type Walk, walkWorkspace } from '../tree/walk.js';
import type { WalkedEntry } from '../tree/entry.js';

export interface CreateRequest {
  /** The workspace. */
  root: string;
  /** The real directories that are the workspace (`rootsOf`), as they were when the command or the server began. */
  roots: readonly string[];
  /** Where archives lie. */
  directory: string;
  type: 'full' | 'agent_state';
  agent: string | null;
  label: string | null;
  rules: Rules;
  /** Milliseconds since the epoch: becomes the id, so nothing of that name may exist. */
  at: number;
  /** An archive whose unchanged members may be taken over, with its manifest. */
  previous: { path: string; manifest: Manifest } | null;
}

/** What creation leans on; tests bring faults of their own. */
export interface CreateTools {
  pool: Pool;
  open: OpenFile;
  copyDatabase: CopyDatabase;
  free: FreeSpace;
  onUpdate: OnUpdate;
}

export interface Created {
  path: string;
  manifest: Manifest;
  /** SHA-256 of the archive, in hex. */
  checksum: string;
}

/** An archive in the making. */
export interface Making {
  request: CreateRequest;
  tools: CreateTools;
  writer: ArchiveWriter;
  contents: Contents;
  progress: Progress;
}

/** How much smaller than its files an archive is taken to be when its space is checked beforehand. */
const EXPECTED_RATIO = 0.5;

/** The entries that a request would put into its archive. */
export function walkFor(request: Pick<CreateRequest, 'root' | 'roots' | 'rules' | 'agent'>): Walk {
  const start = request.agent === null ? '' : `mission-control/agents/${request.agent}`;
  return walkWorkspace(request.root, request.rules, start, request.roots);
}

/**
 * Makes an archive and reads it back. It gets its name only when it is whole, on the disk and found sound; before that,
 * nothing but a file aside exists.
 * @throws McError `disk.full`, `io`, `busy`, `backup.corrupt` when it does not read back; the file aside is removed
 */
export async function createArchive(
  request: CreateRequest,
  tools: CreateTools,
  walk: Walk = walkFor(request),
): Promise<Created> {
  const began = performance.now();
  const id = backupId(request.type, request.at, request.agent);
  const writer = new ArchiveWriter(request.directory);
  const progress = new Progress(id, 'create', tools.onUpdate);
  try {
    const plan = planArchive(walk.entries, request.previous?.manifest ?? null);
    requireSpace(request.directory, expectedSize(plan), 'the backup', tools.free);
    const contents = new Contents(writer, walk.problems);
    progress.phase('pack', walk.entries.length, sizeOf(walk.entries));
    const making = { request, tools, writer, contents, progress };
    const packed = await writeEntries(making, plan);
    const manifest = manifestOf(making, { id, walk, ms: performance.now() - began });
    progress.phase('verify', manifest.files.length, writer.position);
    const sha256 = appendManifest(writer, manifest, request.at);
    const depth = (run: Run) => run.members.some((member) => packed.has(member.offset));
    const onBytes = (bytes: number) => progress.add(0, bytes);
    const written = { manifest, sha256, checksum: writer.checksum() };
    const closed = writer.close();
    const inspected = inspectArchive(writer.aside, { checksum: null, depth, onBytes, written }, tools.pool);
    // Both have to end before a failure is passed on: neither may still be reading.
    await Promise.allSettled([closed, inspected]);
    await closed;
    const { errors, checksum } = await inspected;
    if (errors.length === 0) {
      const path = join(request.directory, backupFileName(request.type, request.at, request.agent));
      await writer.name(path);
      return { path, manifest, checksum };
    }
    writer.discard();
    if (!request.previous) throw doesNotReadBack(errors[0]);
  } catch (error) {
    writer.discard();
    if (!request.previous || unreadableBecause(error) === null) throw toMcError(error);
  }
  // What was copied may have rotted in the previous archive, or cannot be read: everything is packed anew from the files.
  return createArchive({ ...request, previous: null }, tools, walk);
}

function doesNotReadBack(fault: string | undefined): McError {
  return new McError('backup.corrupt', `the new archive does not read back as written: ${fault}`, {
    hint: 'check the disk (dmesg, smartctl), then try again',
  });
}

/** Returns the offsets of members that were packed now; the others are copies. */
async function writeEntries(making: Making, plan: ArchivePlan): Promise<Set<number>> {
  const { request, tools, contents, progress } = making;
  const large = [...plan.large];
  const databases = [...plan.databases];
  appendStructure(plan.structure, contents);
  const structure = contents.members.length;
  progress.add(plan.structure.length, 0);
  const pack = async (batch: WalkedEntry[]) => {
    const result = await tools.pool.pack(request.root, request.roots, batch);
    appendBatch(batch, result, { contents, large, databases });
    progress.add(batch.length, sizeOf(batch));
  };
  const pieces = joinPieces(plan.copies.flatMap((run) => contents.adopt(run)));
  if (request.previous) await copyPieces(request.previous.path, pieces, making);
  for (const { path } of plan.copies.flatMap((run) => run.files.filter(({ raw }) => raw))) {
    contents.problem(path, 'database', 'copied as raw bytes, as in the backup before');
  }
  const copied = new Set(contents.members.slice(structure).map(({ offset }) => offset));
  await eachAtOnce(plan.batches, tools.pool.width * 2, pack);
  for (const entry of large) {
    const from = { entry, from: join(request.root, entry.path), within: request.roots };
    const outcome = await packLarge(from, { ...tools, contents, onBytes: (bytes) => progress.add(0, bytes) });
    if (outcome === 'database') databases.push(entry);
  }
  for (const entry of databases) {
    await packDatabase(making, entry);
    progress.add(1, entry.size);
  }
  return new Set(contents.members.map((member) => member.offset).filter((offset) => !copied.has(offset)));
}

/**
 * Copies pieces of the previous archive, one after the other: threads that write into one file only wait for each other.
 * While one is copied the one before is hashed here. Whether their bytes are still good, reading back will show.
 */
async function copyPieces(
  source: string,
  pieces: Piece[],
  { writer, tools: { pool }, progress }: Making,
): Promise<void> {
  let before: Piece | null = null;
  for (const piece of [...pieces, null]) {
    await Promise.all([
      piece && pool.copy(source, writer.aside, piece),
      before && readPiece(writer.aside, before, (bytes) => writer.wrote(bytes)),
    ]);
    if (piece) progress.add(piece.files, piece.bytes);
    before = piece;
  }
}

/** Heads of a member: what it inflates to stays in bounds however many there are. */
const MEMBER_HEADS = 50_000;

function appendStructure(entries: WalkedEntry[], contents: Contents): void {
  for (let from = 0; from < entries.length; from += MEMBER_HEADS) {
    const some = entries.slice(from, from + MEMBER_HEADS);
    const heads = some.map((entry) => encodeHead({ ...entry, size: 0 }));
    contents.append(
      deflate(Buffer.concat(heads)),
      some.map((entry) => manifestFile(entry)),
    );
  }
}

function appendBatch(
  batch: WalkedEntry[],
  result: PackedBatch,
  { contents, large, databases }: { contents: Contents; large: WalkedEntry[]; databases: WalkedEntry[] },
): void {
  const files = [];
  for (const [index, entry] of batch.entries()) {
    const packed = result.files[index];
    if (packed?.outcome === 'packed') {
      files.push(manifestFile(entry, packed));
      if (packed.changed)
        contents.problem(entry.path, 'changed_while_read', 'it was being written during every reading');
    } else if (packed?.outcome === 'large') large.push(entry);
    else if (packed?.outcome === 'database') databases.push(entry);
    else if (packed && 'reason' in packed) contents.problem(entry.path, packed.outcome, packed.reason);
  }
  if (result.member) contents.append(result.member, files);
}

function manifestOf({ request, contents }: Making, { id, walk, ms }: { id: string; walk: Walk; ms: number }): Manifest {
  return {
    format: FORMAT,
    version: 1,
    tool: `mission-control ${packageVersion()}`,
    id,
    type: request.type,
    agent: request.agent,
    label: request.label,
    created_at: new Date(request.at).toISOString(),
    duration_ms: Math.round(ms),
    workspace: request.root,
    partial: contents.problems.some(isLoss),
    problems: contents.problems,
    rules: walk.rules,
    files: contents.files,
    members: contents.members,
  };
}

/** Whether a problem means that something which exists is not in the archive. */
export function isLoss({ kind }: BackupProblem): boolean {
  return kind === 'unreadable';
}

/** Returns the hash of the manifest's member. */
function appendManifest(writer: ArchiveWriter, manifest: Manifest, at: number): string {
  const body = Buffer.from(JSON.stringify(manifest));
  const head = {
    path: MANIFEST_NAME,
    type: 'file',
    size: body.length,
    mode: 0o644,
    mtimeMs: at,
    uid: 0,
    gid: 0,
  } as const;
  const tar = Buffer.concat([encodeHead(head), body, Buffer.alloc(paddingOf(body.length)), endOfArchive()]);
  const quick = deflate(tar, QUICKLY);
  // Of many names that are alike little is left, and a reader must take it for a bomb.
  const member = tar.length > manifestRoom(quick.bytes.length) ? deflate(tar, LOOSELY) : quick;
  const offset = writer.position;
  writer.append(member.bytes);
  writer.append(encodeFooter({ offset, length: member.bytes.length, sha256: member.sha256 }));
  return member.sha256;
}

function expectedSize(plan: ArchivePlan): number {
  const copied = plan.copies.flatMap((run) => run.members).reduce((sum, member) => sum + member.length, 0);
  const fresh = [...plan.batches.flat(), ...plan.large].reduce((sum, { size, hole = 0 }) => sum + size - hole, 0);
  // A database stands there twice for a while: its copy, and what the archive holds of it.
  const databases = plan.databases.reduce((sum, entry) => sum + entry.size, 0) * 2;
  return copied + fresh * EXPECTED_RATIO + databases + 64 * 1024;
}

function sizeOf(files: { size: number }[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}
