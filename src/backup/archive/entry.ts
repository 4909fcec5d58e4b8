import { Header, Pax } from 'tar';
import type { EntryFacts } from '../tree/entry.js';

/** What a tar header says of an entry. */
export type EntryHead = EntryFacts;

const TYPES = { file: 'File', directory: 'Directory', symlink: 'SymbolicLink' } as const;
const BLOCK = 512;

/** The header blocks of an entry: one, or three and more with a pax header when a value does not fit into one. */
export function encodeHead(head: EntryHead): Buffer {
  const fields = {
    path: head.type === 'directory' ? `${head.path}/` : head.path,
    type: TYPES[head.type],
    size: head.size,
    mode: head.mode,
    // Whole seconds: a fraction would need a pax header for every file. The manifest holds the milliseconds.
    mtime: new Date(Math.floor(head.mtimeMs / 1000) * 1000),
    uid: head.uid,
    gid: head.gid,
    ...(head.link !== undefined && { linkpath: head.link }),
  };
  const header = new Header(fields);
  const needsPax = header.encode();
  const block = header.block ?? Buffer.alloc(BLOCK);
  if (!needsPax) return block;
  const values = fields.linkpath === undefined ? [fields.path] : [fields.path, fields.linkpath];
  if (!values.some((value) => value.includes('\n'))) return Buffer.concat([new Pax(fields).encode(), block]);
  // The readers that take a pax header line by line would lose these. Numbers too large are in the block itself.
  const long = [
    longName('L', fields.path),
    ...(fields.linkpath === undefined ? [] : [longName('K', fields.linkpath)]),
    block,
  ];
  return Buffer.concat(long);
}

/** What GNU tar writes before an entry whose path (`L`) or target (`K`) does not fit. */
function longName(kind: 'L' | 'K', value: string): Buffer {
  const body = Buffer.from(`${value}\0`);
  const header = new Header({
    path: '././@LongLink',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: body.length,
    mtime: new Date(0),
  });
  header.type = kind === 'L' ? 'NextFileHasLongPath' : 'NextFileHasLongLinkpath';
  header.encode();
  return Buffer.concat([header.block ?? Buffer.alloc(BLOCK), body, Buffer.alloc(paddingOf(body.length))]);
}

/** How many zero bytes follow a body of `size` bytes. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** Two empty blocks: the end of a tar archive. */
export function endOfArchive(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}
