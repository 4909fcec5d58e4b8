import { Header, Pax } from 'tar';

/** What a tar header says of an entry. */
export interface EntryHead {
  path: string;
  type: 'file' | 'directory' | 'symlink';
  size: number;
  mode: number;
  mtimeMs: number;
  uid: number;
  gid: number;
  link?: string;
}

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
  return needsPax ? Buffer.concat([new Pax(fields).encode(), block]) : block;
}

/** How many zero bytes follow a body of `size` bytes. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** Two empty blocks: the end of a tar archive. */
export function endOfArchive(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}
