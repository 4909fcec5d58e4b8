import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Header, Pax } from 'tar';
import { encodeFooter } from '../../../src/backup/archive/footer.js';
import type { Manifest } from '../../../src/backup/archive/manifest.js';
import { readManifest } from '../../../src/backup/archive/reader.js';
import { sha256Of } from '../../../src/backup/archive/member.js';

/** One entry of an archive as somebody with bad intentions writes it. */
export interface CraftedEntry {
  path: string;
  type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO' | 'Directory';
  linkpath?: string;
  body?: string | Buffer;
}

/** Writes a tar.gz with exactly these entries, whatever they are. */
export function craftArchive(path: string, entries: CraftedEntry[], ended = true): void {
  const blocks = entries.flatMap(({ path: name, type = 'File', linkpath, body = '' }) => {
    const bytes = Buffer.from(body);
    const size = type === 'File' ? bytes.length : 0;
    const header = new Header({
      path: name,
      type,
      size,
      mode: 0o644,
      mtime: new Date(0),
      ...(linkpath && { linkpath }),
    });
    header.encode();
    // What does not fit into a header stands in one of its own before it.
    const long = Buffer.byteLength(name) > 100 ? new Pax({ path: name }).encode() : Buffer.alloc(0);
    return [long, header.block ?? Buffer.alloc(0), bytes.subarray(0, size), Buffer.alloc((512 - (size % 512)) % 512)];
  });
  writeFileSync(path, gzipSync(Buffer.concat([...blocks, Buffer.alloc(ended ? 1024 : 0)])));
}

/** Changes the manifest of an archive of ours and makes everything around it fit again, as an attacker would. */
export function forge(path: string, change: (manifest: Manifest, members: Buffer[]) => Buffer[] | void): void {
  const bytes = readFileSync(path);
  const manifest = readManifest(path);
  if (!manifest) throw new Error('no manifest to forge');
  const original = manifest.members.map((member) => bytes.subarray(member.offset, member.offset + member.length));
  const members = change(manifest, original) ?? original;
  let offset = 0;
  for (const [index, member] of manifest.members.entries()) {
    const packed = members[index] ?? Buffer.alloc(0);
    Object.assign(member, { offset, length: packed.length, sha256: sha256Of(packed) });
    offset += packed.length;
  }
  const body = Buffer.from(JSON.stringify(manifest));
  const header = new Header({
    path: 'manifest.json',
    type: 'File',
    size: body.length,
    mode: 0o644,
    mtime: new Date(0),
  });
  header.encode();
  const padding = Buffer.alloc(((512 - (body.length % 512)) % 512) + 1024);
  const packed = gzipSync(Buffer.concat([header.block ?? Buffer.alloc(0), body, padding]));
  const footer = encodeFooter({ offset, length: packed.length, sha256: sha256Of(packed) });
  writeFileSync(path, Buffer.concat([...members, packed, footer]));
}

/** The same tar, compressed again by somebody else. */
export function repack(path: string): void {
  writeFileSync(path, gzipSync(gunzipSync(readFileSync(path))));
}
