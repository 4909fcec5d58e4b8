import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { numberFrom } from '../../protocol/index.js';
import { readRegularSync, wasRead } from '../../base/index.js';
import { ZstdUnpacker } from '../zstd.js';
import type { Budget } from './keep.js';
import { createLines } from './lines.js';
import { type EntriesRead, parsed } from './rows.js';
import { NotReadable, type ReadDatabase, type Row, type Wanted } from './sqlite.js';
import { beginTranscript, takeEntry, type Telling, type TranscriptState } from './transcript.js';
import { textOf } from '../values.js';

/** One archived transcript, as its row has it. */
export interface Archive {
  table: 'session_transcript_archives' | 'session_transcript_cold_archives';
  rowid: number;
  session: string;
  /** Tells this archive from one of the same session that came later. */
  sha256: string;
  encoding: 'identity' | 'zstd';
  bytes: number;
  /** Why it is one: `deleted`, `reset`, `cold`. */
  reason: string;
}

const STORED_BYTES = 256 * 1024 * 1024;
const UNPACKED_BYTES = 256 * 1024 * 1024;
const MOST = 50_000;
const SHA256 = /^[0-9a-f]{64}$/;
const ROWID: Wanted = { name: 'rowid', needs: 'archive_sha256', sql: 'rowid' };
const BYTES: Wanted = { name: 'bytes', needs: 'archive_blob', sql: 'octet_length("archive_blob")' };

/** Archives that a database knows of. */
export function archivesOf(database: ReadDatabase): Archive[] {
  const hot = database.rows(
    'session_transcript_archives',
    [ROWID, BYTES, 'session_id', 'archive_sha256', 'encoding', 'reason'],
    `LIMIT ${MOST}`,
  );
  const cold = database.rows(
    'session_transcript_cold_archives',
    [ROWID, BYTES, 'session_id', 'archive_sha256', 'archive_bytes'],
    `LIMIT ${MOST}`,
  );
  return [
    ...[...hot].flatMap((row) => archiveFrom(row, 'session_transcript_archives', row['encoding']) ?? []),
    ...[...cold].flatMap((row) => archiveFrom(row, 'session_transcript_cold_archives', 'zstd') ?? []),
  ];
}

function archiveFrom(row: Row, table: Archive['table'], encoding: unknown): Archive | null {
  const [session, sha256] = [textOf(row['session_id']), textOf(row['archive_sha256'])?.toLowerCase() ?? ''];
  if (session === null || !SHA256.test(sha256) || (encoding !== 'identity' && encoding !== 'zstd')) return null;
  const bytes = numberFrom(row['bytes']) ?? numberFrom(row['archive_bytes']) ?? 0;
  return { table, rowid: Number(row['rowid']), session, sha256, encoding, bytes, reason: textOf(row['reason'], 60) ?? 'cold' };
}

/**
 * Reads one archive whole.
 * @param sessions the directory of transcripts, where archives lie that are not in the database
 * @returns what it said, or why it cannot be used
 * @throws NotReadable when the database cannot be read
 */
export function readArchive(
  database: ReadDatabase,
  archive: Archive,
  sessions: string,
  to: { telling: Telling; budget: Budget; read: EntriesRead },
): TranscriptState | string {
  const stored = archive.bytes > STORED_BYTES ? null : (blobOf(database, archive) ?? coldFile(archive, sessions));
  if (stored === null) return 'is not there, or larger than 256 MiB';
  to.budget.left -= stored.length;
  if (createHash('sha256').update(stored).digest('hex') !== archive.sha256) return 'is damaged: its checksum is another one';
  const state = beginTranscript();
  const lines = createLines((text) => {
    to.read.lines += 1;
    const entry = parsed(text);
    if (entry === undefined) to.read.malformed += 1;
    else takeEntry(state, entry, null, to.telling);
  });
  try {
    const take = (piece: Uint8Array) => {
      to.budget.left -= piece.length;
      lines.push(piece);
    };
    if (archive.encoding === 'identity') take(stored);
    else unpack(stored, take);
  } catch (error) {
    if (error instanceof NotReadable) throw error;
    return error instanceof Error ? error.message : 'is damaged';
  }
  lines.end();
  return state;
}

function unpack(stored: Buffer, take: (piece: Uint8Array) => void): void {
  const unpacker = new ZstdUnpacker(UNPACKED_BYTES, take);
  unpacker.push(stored);
  unpacker.end();
}

function blobOf(database: ReadDatabase, { table, rowid }: Archive): Buffer | null {
  for (const { archive_blob: blob } of database.rows(table, ['archive_blob'], 'WHERE rowid = ?', [rowid]))
    return Buffer.isBuffer(blob) ? blob : typeof blob === 'string' ? Buffer.from(blob) : null;
  return null;
}

/** The stored bytes of an archive that lies beside the database. Its name is its checksum, so it leads nowhere else. */
function coldFile({ sha256 }: Archive, sessions: string): Buffer | null {
  const path = join(sessions, 'cold', `${sha256}.jsonl.zst`);
  const file = readRegularSync(path, { limit: STORED_BYTES, within: [sessions] });
  return wasRead(file) ? file.bytes : null;
}
