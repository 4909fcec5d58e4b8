import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { kindOfFile, McError } from '../../base/index.js';
import type { ManifestFile } from '../archive/manifest.js';
import { parentsOf } from '../tree/paths.js';
import { isFurniture } from '../tree/furniture.js';
import { METRICS_DATABASE } from '../pack/plan.js';
import { fingerprintOf } from './aside.js';
import { type Differences, isBlocked, isServersOwn, lstatOf } from './diff.js';
import { at, type Ground } from './ground.js';
import { homeOf, type Journal, type Step } from './journal.js';
import { toLend } from './lend.js';
import { safeMode, SIDECARS } from './modes.js';
import type { RestoreRequest } from './request.js';

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
  refuseFurniture(request, directories);
  const inTheWay = directories.map(({ path }) => path).filter((path) => lstatOf(at(request, path)) !== null);
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
  const { root, links } = request;
  const ground = { root, links };
  const tag = Buffer.from(`${request.id}:${process.pid}:${process.hrtime.bigint()}`).toString('hex').slice(-12);
  let number = 0;
  const aside = (path: string, kind: 'new' | 'old') => {
    number += 1;
    return join(standingParent(ground, path), `.${stem(path)}.${tag}.${number}.${kind}.mc-tmp`);
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
    const database = (file.database || file.raw || path === METRICS_DATABASE) && { database: path };
    const logs = database ? SIDECARS.filter((ending) => !held.has(path + ending)) : [];
    for (const ending of logs) steps.push({ ...displace(path + ending), ...database });
    const staged = aside(path, 'new');
    const home = homeOf(dirname(at(ground, staged)));
    steps.push({
      do: 'place',
      path,
      staged,
      ...(home !== null && { home }),
      aside: aside(path, 'old'),
      safe: safe.get(path) ?? null,
      content: fingerprintOf(file),
      ...database,
    });
  }
  steps.push(...removed.map(displace));
  steps.push(...emptied.map((path): Step => ({ do: 'rmdir', path })));
  const attributes = attributesOf(request, differences, directories, steps.length === 0 ? [] : selected);
  return {
    version: 1,
    state: 'staging',
    id: request.id,
    ...ground,
    tag,
    kept: request.kept,
    steps,
    attributes,
    lent: toLend(ground, steps),
  };
}

/**
 * What the workspace is made of is never put aside, not even for a directory: a file or a link to nowhere in its place is
 * for a person to look at.
 */
function refuseFurniture(ground: Ground, directories: NeededDirectory[]): void {
  for (const { path } of directories) {
    const there = isFurniture({ path, type: 'symlink' }) ? lstatOf(at(ground, path)) : null;
    if (!there) continue;
    throw new McError(
      'file.refused',
      `${path} is ${kindOf(there)} here, and a directory of the workspace belongs there`,
      {
        hint: 'move it away, then restore again',
      },
    );
  }
}

function kindOf(stat: Stats): string {
  return stat.isFile() ? 'a file' : kindOfFile(stat);
}

/** The beginning of a file's name, for people: short enough that the whole name fits anywhere. */
function stem(path: string): string {
  const name = basename(path);
  return Array.from(name)
    .slice(0, Buffer.byteLength(name) > STEM ? STEM / 4 : STEM)
    .join('');
}

/** Bytes: with the rest of a name aside it is far below the 143 that the shortest file systems take. */
const STEM = 40;

function writesOf(request: RestoreRequest, differences: Differences, files: ManifestFile[]): ManifestFile[] {
  if (request.leaveFiles) return [];
  switch (request.overwrite) {
    case 'never':
      return differences.added.filter(({ path }) => !isBlocked(request, path));
    case 'always':
      return files.filter(
        (file) => file.type !== 'directory' && !(isServersOwn(file.path) && lstatOf(at(request, file.path))),
      );
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
      .filter(({ path }) => !lstatOf(at(request, path))?.isDirectory())
      .map((file) => [file.path, listed.get(file.path) ?? file]),
  );
  if (request.overwrite === 'never' || request.leaveFiles) {
    for (const path of missing.keys()) if (lstatOf(at(request, path)) || isBlocked(request, path)) missing.delete(path);
  }
  return [...missing.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
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
export function standingParent(ground: Ground, path: string): string {
  let parent = dirname(path);
  while (parent !== '.' && !lstatOf(at(ground, parent))?.isDirectory()) parent = dirname(parent);
  return parent === '.' ? '' : parent;
}
