import { closeSync, fstatSync, openSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { McError } from '../../base/index.js';
import { sha256Of } from './member.js';
import { MANIFEST_NAME } from '../tree/rules.js';
import { sizeText } from '../../protocol/index.js';
import { decodeFooter, FOOTER_BYTES } from './footer.js';
import { manifestRoom, MEMBER_BYTES } from '../tree/limits.js';
import { type Manifest, parseManifest } from './manifest.js';
import { readBytes } from './runs.js';
import { TarReader } from './tar-reader.js';

const PIECE_BYTES = 1024 * 1024;

/** An archive that was just made: what its bytes have to be. */
export interface Written {
  manifest: Manifest;
  /** SHA-256 of the member that holds the manifest, in hex. */
  sha256: string;
  /** SHA-256 of everything, in hex. */
  checksum: string;
}

/**
 * The manifest of an archive of ours, found through its footer without inflating the rest. Null when there is no footer:
 * the archive is older, cut short, or was packed again by something else.
 * `written`: its manifest is not parsed again when the bytes are those that were written.
 * @throws McError `backup.corrupt` when there is a footer and the manifest behind it is not what it says
 */
export function readManifest(archive: string, written?: Pick<Written, 'manifest' | 'sha256'>): Manifest | null {
  const handle = openSync(archive, 'r');
  try {
    const { size } = fstatSync(handle);
    if (size < FOOTER_BYTES) return null;
    const footer = decodeFooter(readBytes(handle, { offset: size - FOOTER_BYTES, length: FOOTER_BYTES }));
    if (!footer) return null;
    if (footer.offset + footer.length !== size - FOOTER_BYTES) throw corrupt('the manifest is not where it should be');
    if (footer.length > MEMBER_BYTES) throw corrupt('the manifest is larger than any');
    const bytes = readBytes(handle, footer);
    if (sha256Of(bytes) !== footer.sha256) throw corrupt('the manifest’s bytes have changed');
    const manifest = written?.sha256 === footer.sha256 ? written.manifest : parseManifest(readOnlyEntry(bytes));
    const last = manifest.members.at(-1);
    const packed = manifest.members.reduce((sum, member) => sum + member.length, 0);
    // Members follow each other from the first byte to the manifest: nothing hides between them.
    if (packed !== footer.offset || (last && last.offset + last.length !== footer.offset)) {
      throw corrupt('the members do not fill the archive');
    }
    return manifest;
  } finally {
    closeSync(handle);
  }
}

function readOnlyEntry(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  const reader = new TarReader((entry) =>
    entry.head?.path === MANIFEST_NAME ? { write: (chunk) => chunks.push(chunk), end: () => {} } : null,
  );
  const maxOutputLength = manifestRoom(bytes.length);
  try {
    reader.write(gunzipSync(bytes, { maxOutputLength, chunkSize: PIECE_BYTES }));
  } catch (cause) {
    const isBomb = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new McError(
      'backup.corrupt',
      isBomb
        ? `the manifest inflates to more than ${sizeText(maxOutputLength)}: a bomb`
        : 'the manifest cannot be inflated',
      { cause },
    );
  }
  reader.end();
  return Buffer.concat(chunks);
}

function corrupt(message: string): McError {
  return new McError('backup.corrupt', message);
}
