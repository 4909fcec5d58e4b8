import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { numberFrom } from '../../protocol/index.js';
import { readRegularSync, wasRead } from '../../base/index.js';
import { ZstdUnpacker } from '../zstd.js';
import type { Budget } from './keep.js';
import { createLines, TOO_LONG } from './lines.js';
import { type EntriesRead, takeLine } from './entries.js';
import { NotReadable, type ReadDatabase, type Row, type Wanted } from './sqlite.js';
import { beginTranscript, type Telling, type TranscriptState } from './transcript.js';
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
  return {
    table,
    rowid: Number(row['rowid']),
    session,
    sha256,
    encoding,
    bytes,
    reason: textOf(row['reason'], 60) ?? 'cold',
  };
}

/**
 * Reads one archive whole.
 * @param sessions directories of transcripts, where archives lie that are not in the database
 * @returns what it said; why it cannot be used; null: it is not there, or larger than 256 MiB
 * @throws NotReadable when the database cannot be read
 */
export function readArchive(
  database: ReadDatabase,
  archive: Archive,
  sessions: readonly string[],
  to: { telling: Telling; budget: Budget; read: EntriesRead },
): TranscriptState | string | null {
  const stored = archive.bytes > STORED_BYTES ? null : (blobOf(database, archive) ?? coldFile(archive, sessions));
  if (stored === null) return null;
  to.budget.left -= stored.length;
  if (createHash('sha256').update(stored).digest('hex') !== archive.sha256)
    return 'is damaged: its checksum is another one';
  const state = beginTranscript();
  const lines = createLines(
    (line) => takeLine(state, line, null, to),
    () => to.telling.findings.warning(TOO_LONG),
  );
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
function coldFile({ sha256 }: Archive, sessions: readonly string[]): Buffer | null {
  for (const directory of sessions) {
    const path = join(directory, 'cold', `${sha256}.jsonl.zst`);
    const file = readRegularSync(path, { limit: STORED_BYTES, within: [directory] });
    if (wasRead(file)) return file.bytes;
  }
  return null;
}
