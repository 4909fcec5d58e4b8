import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { errnoOf } from '../../base/index.js';
import { MANIFEST_NAME } from '../tree/rules.js';
import { manifestRoom, MOST_ENTRIES, shown } from '../tree/limits.js';
import { type Manifest, type ManifestFile, parseManifest } from './manifest.js';
import { headFault } from './runs.js';
import { type EntrySink, type FoundEntry, TarReader } from './tar-reader.js';

/** What reading an archive from its first byte to its last found. */
export interface Scan {
  files: ManifestFile[];
  /** The manifest, when an archive of ours was packed again by something else. */
  manifest: Manifest | null;
  errors: string[];
  /** Entries whose mode or time is not what the manifest says: other programs may set their own. */
  changed: number;
  /** SHA-256 of the archive's bytes. */
  checksum: string;
  bytes: number;
}

/** Text of this kind packs 3 to 20 times smaller. What goes far beyond that without a manifest that says so is a bomb. */
const BOMB_RATIO = 200;
/** After so many faults nobody needs to know the next. */
const MOST_ERRORS = 100;
const BOMB_FREE = 256 * 1024 * 1024;

/** Reads an archive that has no index of ours, in constant memory. `onFile` takes a file's bytes as they pass. */
export async function scanArchive(
  archive: string,
  onFile: (file: ManifestFile) => EntrySink | null = () => null,
  most: number = MOST_ENTRIES,
): Promise<Scan> {
  const bytes = statSync(archive).size;
  const scan: Scan = { files: [], manifest: null, errors: [], changed: 0, checksum: '', bytes };
  const checksum = createHash('sha256');
  const manifestText: Buffer[] = [];
  const taking = { scan, manifestText, onFile, most };
  const reader = new TarReader((entry) => takeEntry(entry, taking));
  const input = createReadStream(archive, { highWaterMark: 1 << 20 });
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  input.on('data', (chunk) => checksum.update(chunk));
  input.on('error', (error) => gunzip.destroy(error));
  const limit = Math.max(BOMB_FREE, bytes * BOMB_RATIO);
  let inflated = 0;
  try {
    for await (const chunk of input.pipe(gunzip) as AsyncIterable<Buffer>) {
      inflated += chunk.length;
      if (inflated > limit) throw new Error(`inflates to more than ${BOMB_RATIO} times its size: a bomb`);
      reader.write(chunk);
      if (reader.errors.length > 0 || scan.errors.length >= MOST_ERRORS) break;
    }
    reader.end();
    scan.errors.push(...reader.errors);
    if (!reader.sawEnd && reader.errors.length === 0)
      scan.errors.push('ends before the end-of-archive mark: cut short');
    if (gunzip.bytesWritten < bytes && reader.errors.length === 0) scan.errors.push('holds bytes after its end');
  } catch (error) {
    // The system's own faults (a full disk, a bad one) are not the archive's.
    if (errnoOf(error)) throw error;
    scan.errors.push(`cannot be read: ${(error as Error).message}`);
  } finally {
    input.destroy();
    gunzip.destroy();
  }
  scan.checksum = checksum.digest('hex');
  if (manifestText.length > 0 && scan.errors.length === 0) readPackedManifest(scan, manifestText);
  return scan;
}

/** A scan under way. */
interface Taking {
  scan: Scan;
  manifestText: Buffer[];
  onFile: (file: ManifestFile) => EntrySink | null;
  /** More entries than this are refused. */
  most: number;
}

function takeEntry(entry: FoundEntry, { scan, manifestText, onFile, most }: Taking): EntrySink | null {
  if (!entry.head) {
    scan.errors.push(`${shown(entry.path)}: ${entry.refused}`);
    return null;
  }
  const { head } = entry;
  if (head.path === MANIFEST_NAME) {
    if (head.size > manifestRoom(scan.bytes)) {
      scan.errors.push('the manifest is larger than that of an archive of this size can be: a bomb');
      return null;
    }
    return { write: (chunk) => manifestText.push(chunk), end: () => {} };
  }
  // `.` is how some tools write the directory they packed.
  if (head.path === '.' || head.path === '') return null;
  const { mtimeMs, ...rest } = head;
  const file: ManifestFile = { ...rest, mtime: new Date(mtimeMs).toISOString(), sha256: null, agent: null };
  if (scan.files.length >= most) {
    scan.errors.push(`holds more than ${most} entries`);
    return null;
  }
  scan.files.push(file);
  if (head.type !== 'file') return null;
  const sink = onFile(file);
  const hash = createHash('sha256');
  return {
    write(chunk) {
      hash.update(chunk);
      sink?.write(chunk);
    },
    end() {
      file.sha256 = hash.digest('hex');
      sink?.end();
    },
  };
}

/** Packed again, our members are gone but our word on every file is not: it is held against what was found. */
function readPackedManifest(scan: Scan, text: Buffer[]): void {
  try {
    scan.manifest = parseManifest(Buffer.concat(text));
  } catch (error) {
    scan.errors.push((error as Error).message);
    return;
  }
  const found = new Map(scan.files.map((file) => [file.path, file]));
  for (const file of scan.manifest.files) {
    const other = found.get(file.path);
    found.delete(file.path);
    if (!other) scan.errors.push(`${shown(file.path)}: missing`);
    else if (file.type === 'symlink' && other.link !== file.link)
      scan.errors.push(`${shown(file.path)}: links elsewhere than the manifest says`);
    else if (other.type !== file.type || other.sha256 !== file.sha256)
      scan.errors.push(`${shown(file.path)}: its content is not what was backed up`);
    else if (headFault(file, { ...other, mtimeMs: Date.parse(other.mtime) })) scan.changed += 1;
  }
  for (const path of found.keys()) scan.errors.push(`${shown(path)}: not in the manifest`);
}
