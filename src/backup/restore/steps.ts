import { basename, dirname, join } from 'node:path';
import type { ManifestFile } from '../archive/manifest.js';
import { parentsOf } from '../archive/paths.js';
import { fingerprintOf } from './aside.js';
import { type Differences, lstatOf } from './diff.js';
import type { Journal, Step } from './journal.js';
import type { RestoreRequest } from './request.js';
import { SIDECARS } from './saved.js';
import { safeMode } from './stage.js';

/** A directory to make: of the backup, or one that it does not list but a file needs. */
export type NeededDirectory = Pick<ManifestFile, 'path' | 'type' | 'mode' | 'uid' | 'gid' | 'mtime'>;

/** What a restore will do, in terms of the backup. */
export interface Intent {
  writes: ManifestFile[];
  /** Directories to make, parents first. */
  directories: NeededDirectory[];
  /** What stands where directories belong: it is replaced, so it counts as changed. */
  inTheWay: string[];
  /** Paths to delete. */
  removed: string[];
  /** Directories to remove where nothing is left in them. */
  emptied: string[];
}

/** Decides what is written, made and removed. What is displaced on the way is never more than this says. */
export function intend(request: RestoreRequest, differences: Differences, files: ManifestFile[]): Intent {
  const writes = writesOf(request, differences, files);
  const directories = missingDirectories(request, differences, writes);
  const inTheWay = directories.map(({ path }) => path).filter((path) => lstatOf(join(request.root, path)) !== null);
  const { removed, emptied } = request.delete && !request.leaveFiles ? differences : { removed: [], emptied: [] };
  return { writes, directories, inTheWay, removed, emptied };
}

/** Every step in an order that works: what is in the way first, then directories, files, deletions, emptied directories. */
export function journalOf(
  request: RestoreRequest,
  differences: Differences,
  { writes, directories, inTheWay, removed, emptied }: Intent,
  selected: ManifestFile[],
  safe: ReadonlyMap<string, string | null>,
): Journal {
  const { root } = request;
  const tag = Buffer.from(`${request.id}:${process.pid}:${process.hrtime.bigint()}`).toString('hex').slice(-12);
  let number = 0;
  const aside = (path: string, kind: 'new' | 'old') => {
    number += 1;
    return join(standingParent(root, path), `.${basename(path).slice(0, 60)}.${tag}.${number}.${kind}.mc-tmp`);
  };
  const displace = (path: string) => ({
    do: 'displace' as const,
    path,
    aside: aside(path, 'old'),
    safe: safe.get(path) ?? null,
  });
  const steps: Step[] = inTheWay.map(displace);
  for (const file of directories) {
    steps.push({ do: 'mkdir', path: file.path, mode: safeMode(file), uid: file.uid, gid: file.gid });
  }
  const held = new Set(selected.map(({ path }) => path));
  for (const file of writes) {
    const { path } = file;
    // A log left beside an older database would be applied to it.
    const database = (file.database ?? file.raw) && { database: path };
    const logs = database ? SIDECARS.filter((ending) => !held.has(path + ending)) : [];
    for (const ending of logs) steps.push({ ...displace(path + ending), ...database });
    steps.push({
      do: 'place',
      path,
      staged: aside(path, 'new'),
      aside: aside(path, 'old'),
      safe: safe.get(path) ?? null,
      content: fingerprintOf(file),
      ...database,
    });
  }
  steps.push(...removed.map(displace));
  steps.push(...emptied.map((path): Step => ({ do: 'rmdir', path })));
  const attributes = attributesOf(request, differences, directories, steps.length === 0 ? [] : selected);
  return { version: 1, state: 'staging', id: request.id, root, kept: request.kept, steps, attributes };
}

function writesOf(request: RestoreRequest, differences: Differences, files: ManifestFile[]): ManifestFile[] {
  if (request.leaveFiles) return [];
  switch (request.overwrite) {
    case 'never':
      return differences.added.filter(({ path }) => !isBlocked(request.root, path));
    case 'always':
      return files.filter((file) => file.type !== 'directory');
    case 'if-changed':
      return [...differences.added, ...differences.changed];
  }
}

/** Those of the backup, and those it does not list but a file needs. */
function missingDirectories(
  request: RestoreRequest,
  differences: Differences,
  writes: ManifestFile[],
): NeededDirectory[] {
  const { root } = request;
  const listed = new Map(differences.directories.map((file) => [file.path, file]));
  const needed = writes.flatMap((file) =>
    parentsOf(file.path).map((path) => ({
      path,
      type: 'directory' as const,
      mode: 0o755,
      uid: file.uid,
      gid: file.gid,
      mtime: '',
    })),
  );
  const missing = new Map(
    [...needed, ...listed.values()]
      .filter(({ path }) => !lstatOf(join(root, path))?.isDirectory())
      .map((file) => [file.path, listed.get(file.path) ?? file]),
  );
  if (request.overwrite === 'never' || request.leaveFiles) {
    for (const path of missing.keys()) if (lstatOf(join(root, path)) || isBlocked(root, path)) missing.delete(path);
  }
  return [...missing.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether a file or a link stands where one of the path's directories would have to be. */
function isBlocked(root: string, path: string): boolean {
  return parentsOf(path).some((parent) => lstatOf(join(root, parent))?.isDirectory() === false);
}

/** Modes and times to set at the end, of directories too: replacing a file moves its directory's time. Deepest first. */
function attributesOf(
  request: RestoreRequest,
  differences: Differences,
  made: NeededDirectory[],
  selected: ManifestFile[],
): Journal['attributes'] {
  const known = [...differences.attributes, ...selected.filter((file) => file.type === 'directory')];
  const wanted = request.overwrite === 'never' ? made.filter((file) => file.mtime !== '') : known;
  return [...new Map(wanted.map((file) => [file.path, file])).values()]
    .map((file) => ({ path: file.path, mode: safeMode(file), mtimeMs: Date.parse(file.mtime) }))
    .toSorted((a, b) => b.path.length - a.path.length);
}

/** The nearest parent that is a directory now: what lies there can be renamed to where it belongs. */
function standingParent(root: string, path: string): string {
  let parent = dirname(path);
  while (parent !== '.' && !lstatOf(join(root, parent))?.isDirectory()) parent = dirname(parent);
  return parent === '.' ? '' : parent;
}
