import { gzipSync } from 'node:zlib';

/**
 * Where the manifest's gzip member lies. Carried by the archive's last gzip member, which is empty, in the "extra field"
 * of its header (RFC 1952 2.3.1.1): every gzip passes over it, and we find the manifest without inflating the archive.
 */
export interface Footer {
  offset: number;
  length: number;
  /** Of the manifest's compressed member, in hex. */
  sha256: string;
}

const HEAD = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255]);
const SUBFIELD = Buffer.from('MC', 'latin1');
const DATA_BYTES = 1 + 8 + 8 + 32;
const VERSION = 1;
/** What follows the header of an empty gzip member: an empty deflate block, CRC and size. */
const EMPTY_TAIL = gzipSync(Buffer.alloc(0)).subarray(10);

export const FOOTER_BYTES = HEAD.length + 2 + 4 + DATA_BYTES + EMPTY_TAIL.length;

export function encodeFooter(footer: Footer): Buffer {
  const extra = Buffer.alloc(2 + 4 + DATA_BYTES);
  extra.writeUInt16LE(4 + DATA_BYTES, 0);
  SUBFIELD.copy(extra, 2);
  extra.writeUInt16LE(DATA_BYTES, 4);
  extra.writeUInt8(VERSION, 6);
  extra.writeBigUInt64LE(BigInt(footer.offset), 7);
  extra.writeBigUInt64LE(BigInt(footer.length), 15);
  Buffer.from(footer.sha256, 'hex').copy(extra, 23);
  return Buffer.concat([HEAD, extra, EMPTY_TAIL]);
}

/** Reads the last `FOOTER_BYTES` of an archive; null when they are not a footer of ours. */
export function decodeFooter(bytes: Buffer): Footer | null {
  if (bytes.length !== FOOTER_BYTES || !bytes.subarray(0, HEAD.length).equals(HEAD)) return null;
  if (!bytes.subarray(12, 14).equals(SUBFIELD) || bytes.readUInt16LE(14) !== DATA_BYTES) return null;
  if (!bytes.subarray(-EMPTY_TAIL.length).equals(EMPTY_TAIL) || bytes.readUInt8(16) !== VERSION) return null;
  const offset = Number(bytes.readBigUInt64LE(17));
  const length = Number(bytes.readBigUInt64LE(25));
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length)) return null;
  return { offset, length, sha256: bytes.subarray(33, 65).toString('hex') };
}
