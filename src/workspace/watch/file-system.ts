import { statfs } from 'node:fs/promises';

/** File systems on which others (another machine, the host of a container) change files without this system noticing, by statfs(2) type. */
const CHANGED_ELSEWHERE: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x786f4256, 'a VirtualBox share'],
]);

/** The name of a file system that does not report all changes, by its statfs(2) type; null for others. */
function untoldFileSystem(type: number): string | null {
  return CHANGED_ELSEWHERE.get(type >>> 0) ?? null;
}

/** The same for that on which a path lies; null also where nobody can say. */
export async function untoldFileSystemAt(path: string): Promise<string | null> {
  const found = await statfs(path).catch(() => null);
  return found && process.platform === 'linux' ? untoldFileSystem(found.type) : null;
}
