import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { sha256Of } from './member.js';
import type { EntryHead } from './entry.js';
import { shown } from '../tree/limits.js';
import type { Manifest, ManifestFile, ManifestMember } from './manifest.js';
import { type EntrySink, TarReader } from './tar-reader.js';

/** What is inflated comes in pieces of about so much. */
const LEAST_PIECE_BYTES = 1024;
const MOST_PIECE_BYTES = 1024 * 1024;

/** Members that only make sense together: whole entries in one, or a large entry over several. */
export interface Run {
  members: ManifestMember[];
  files: ManifestFile[];
}

/** The runs of an archive in its own order. */
export function runsOf(manifest: Pick<Manifest, 'files' | 'members'>): Run[] {
  const runs: Run[] = [];
  for (const member of manifest.members) {
    if (member.count === 0) runs.at(-1)?.members.push(member);
    else runs.push({ members: [member], files: manifest.files.slice(member.first, member.first + member.count) });
  }
  return runs;
}

/**
 * Reads a run, every member's hash checked before it is inflated and none inflated beyond its declared size. `onEntry`
 * takes each entry's bytes. Returns what is wrong; nothing: every entry was there, as the manifest has it (deep: byte for byte).
 */
export function readRun(
  archive: string,
  run: Run,
  onEntry: (file: ManifestFile, head: EntryHead) => EntrySink | null,
  deep = true,
): string[] {
  const handle = openSync(archive, 'r');
  try {
    const errors: string[] = [];
    const judging = { errors, deep };
    const pending = run.files.values();
    const reader = new TarReader((entry) => {
      const expected = pending.next().value;
      const path = entry.head?.path ?? '';
      if (!entry.head || !expected || expected.path !== path || expected.type !== entry.head.type) {
        errors.push(`${shown(path) || 'an entry'}: not what the manifest says should be here`);
        return null;
      }
      const fault = headFault(expected, entry.head);
      if (fault) errors.push(`${shown(path)}: ${fault}`);
      return checking(expected, entry.head, onEntry(expected, entry.head), judging);
    });
    for (const member of run.members) {
      const problem = readMember(handle, member, reader);
      if (problem) return [`${nameOf(run)}: ${problem}`];
    }
    reader.end();
    const missing = [...pending].map((file) => `${file.path}: missing`);
    return [...errors, ...reader.errors, ...missing];
  } finally {
    closeSync(handle);
  }
}

/** What an entry's header says otherwise than the manifest; null: it says the same. A restore believes the manifest. */
export function headFault(file: ManifestFile, head: Pick<EntryHead, 'mode' | 'mtimeMs' | 'link'>): string | null {
  if (file.type === 'symlink' && file.link !== head.link) return 'links elsewhere than the manifest says';
  if (file.mode !== head.mode) return 'has another mode than the manifest says';
  const seconds = Math.floor(Date.parse(file.mtime) / 1000);
  return Math.floor(head.mtimeMs / 1000) === seconds ? null : 'has another time than the manifest says';
}

/** What a run is called where something is wrong with it. */
export function nameOf({ files }: Run): string {
  const name = files[0]?.path ?? 'a member';
  return files.length > 1 ? `${name} and ${files.length - 1} more` : name;
}

/** Whether the members' bytes are still those that were written. */
export function hasHashes(archive: string, members: readonly ManifestMember[]): boolean {
  const handle = openSync(archive, 'r');
  try {
    return members.every((member) => sha256Of(readBytes(handle, member)) === member.sha256);
  } finally {
    closeSync(handle);
  }
}

/** The bytes of a member as they stand in the archive; fewer when the archive ends too early. */
export function readBytes(handle: number, { offset, length }: Pick<ManifestMember, 'offset' | 'length'>): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(handle, bytes, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function readMember(handle: number, member: ManifestMember, reader: TarReader): string | null {
  const bytes = readBytes(handle, member);
  if (sha256Of(bytes) !== member.sha256) return 'the bytes have changed';
  const inflated = inflate(bytes, member.size);
  if (typeof inflated === 'string') return inflated;
  if (inflated.length !== member.size) return 'inflates to fewer bytes than declared';
  reader.write(inflated);
  return null;
}

/** The inflated bytes, or what is wrong. */
function inflate(bytes: Buffer, size: number): Buffer | string {
  try {
    // The limit must be positive; an empty member is compared with its size all the same. In one piece it is a third faster.
    const chunkSize = Math.min(MOST_PIECE_BYTES, Math.max(LEAST_PIECE_BYTES, size));
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, size), chunkSize });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? 'inflates beyond its declared size'
      : `cannot be inflated: ${(error as Error).message}`;
  }
}

/** Passes an entry's bytes on and compares their size and, deep, their hash with the manifest. */
function checking(
  file: ManifestFile,
  head: EntryHead,
  sink: EntrySink | null,
  { errors, deep }: { errors: string[]; deep: boolean },
): EntrySink {
  const hash = deep ? createHash('sha256') : null;
  let size = 0;
  return {
    write(chunk) {
      hash?.update(chunk);
      size += chunk.length;
      sink?.write(chunk);
    },
    end() {
      sink?.end();
      if (file.type !== 'file') return;
      if (size !== file.size || head.size !== file.size)
        errors.push(`${file.path}: ${size} bytes instead of ${file.size}`);
      else if (hash && hash.digest('hex') !== file.sha256)
        errors.push(`${file.path}: its content is not what was backed up`);
    },
  };
}
