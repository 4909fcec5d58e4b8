import type { BackupProblem } from '../../protocol/index.js';
import type { PackedFile, PackedMember } from './member.js';
import type { WalkedEntry } from '../tree/entry.js';
import type { Piece } from './copy.js';
import type { ManifestFile, ManifestMember } from './manifest.js';
import type { Run } from './runs.js';
import type { ArchiveWriter, WriterMark } from './writer.js';

export interface ContentsMark {
  files: number;
  members: number;
  written: WriterMark;
}

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
    const { position } = this.#writer;
    this.#writer.append(member.bytes);
    this.#record(position, { ...member, length: member.bytes.length }, files);
  }

  /** Takes a run over from another archive. Returns what has to be copied from there, and to where. */
  adopt(run: Run): Piece[] {
    return run.members.map((member, index) => {
      const { offset: from, length } = member;
      const to = this.#writer.reserve(length);
      const files = index === 0 ? run.files : [];
      this.#record(to, member, files);
      return { from, to, length, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
    });
  }

  /** Marks the entry before as the raw bytes of a database. */
  markRaw(): void {
    const last = this.files.at(-1);
    if (last) last.raw = true;
  }

  /** To come back to with `rewind`. */
  mark(): ContentsMark {
    return { files: this.files.length, members: this.members.length, written: this.#writer.mark() };
  }

  /** Takes back everything since the mark. */
  rewind(mark: ContentsMark): void {
    this.files.length = mark.files;
    this.members.length = mark.members;
    this.#writer.rewind(mark.written);
  }

  /** Records why a file is missing, or not surely whole. */
  problem(path: string, kind: BackupProblem['kind'], reason: string): void {
    this.problems.push({ path, kind, reason });
  }

  #record(offset: number, member: Pick<ManifestMember, 'length' | 'size' | 'sha256'>, files: ManifestFile[]): void {
    const { length, size, sha256 } = member;
    const count = files.length;
    const first = count === 0 ? this.files.length - 1 : this.files.length;
    this.files.push(...files);
    this.members.push({ offset, length, size, sha256, first, count });
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
