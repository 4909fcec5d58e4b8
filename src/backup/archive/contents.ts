import type { BackupProblem } from '../../protocol/index.js';
import type { PackedFile, PackedMember } from '../pack.js';
import type { WalkedEntry } from '../walk.js';
import type { ManifestFile, ManifestMember } from './manifest.js';
import type { Run } from './runs.js';
import type { ArchiveWriter } from './writer.js';

/** What an archive in the making holds so far: every append is recorded with what it is. */
export class Contents {
  readonly files: ManifestFile[] = [];
  readonly members: ManifestMember[] = [];
  readonly problems: BackupProblem[];
  readonly #writer: ArchiveWriter;

  constructor(writer: ArchiveWriter, problems: BackupProblem[]) {
    this.#writer = writer;
    this.problems = [...problems];
  }

  /** Appends a member in which `files` begin; none: it continues the entry before. */
  append(member: PackedMember, files: ManifestFile[]): void {
    const count = files.length;
    const first = count === 0 ? this.files.length - 1 : this.files.length;
    const { position: offset } = this.#writer;
    this.#writer.append(member.bytes);
    this.files.push(...files);
    this.members.push({ offset, length: member.bytes.length, size: member.size, sha256: member.sha256, first, count });
  }

  /** Appends a run as it lies in another archive. `bytes`: those of its members, in order. */
  appendRun(run: Run, bytes: Uint8Array[]): void {
    for (const [index, member] of run.members.entries()) {
      this.append(
        { bytes: bytes[index] ?? new Uint8Array(), size: member.size, sha256: member.sha256 },
        index === 0 ? run.files : [],
      );
    }
  }

  mark(): { files: number; members: number; position: number } {
    return { files: this.files.length, members: this.members.length, position: this.#writer.position };
  }

  /** Takes back everything since the mark. */
  rewind(mark: ReturnType<Contents['mark']>): void {
    this.files.length = mark.files;
    this.members.length = mark.members;
    this.#writer.truncate(mark.position);
  }

  /** Records why a file is missing, or not surely whole. */
  problem(path: string, kind: BackupProblem['kind'], reason: string): void {
    this.problems.push({ path, kind, reason });
  }
}

/** The manifest's line for an entry as it was packed. */
export function manifestFile(entry: WalkedEntry, packed?: Extract<PackedFile, { outcome: 'packed' }>): ManifestFile {
  return {
    path: entry.path,
    type: entry.type,
    size: packed?.size ?? entry.size,
    mode: packed?.mode ?? entry.mode,
    mtime: new Date(packed?.mtimeMs ?? entry.mtimeMs).toISOString(),
    sha256: packed?.sha256 ?? null,
    agent: entry.agent,
    uid: entry.uid,
    gid: entry.gid,
    ...(entry.link !== undefined && { link: entry.link }),
    ...(packed?.changed && { changed_while_read: true }),
    ...(packed?.identity && { identity: packed.identity }),
  };
}
