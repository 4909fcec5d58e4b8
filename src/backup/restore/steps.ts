import type { Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { kindOfFile, McError } from '../../base/index.js';
import type { ManifestFile } from '../archive/manifest.js';
import { newParents } from '../tree/paths.js';
import { isFurniture } from '../tree/furniture.js';
import { METRICS_DATABASE } from '../pack/plan.js';
import { fingerprintOf } from './aside.js';
import { type Differences, isServersOwn } from './diff.js';
import { at, type Ground, lstatOf } from './ground.js';
import { homeOf, type Journal, type Step } from './journal.js';
import { modesToLift } from './lifted-modes.js';
import { safeMode, SIDECARS } from './modes.js';
import type { RestoreRequest } from './request.js';
import { Standing } from './standing.js';

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
  const standing = new Standing(request);
  const writes = writesOf(request, differences, files, standing);
  const directories = missingDirectories(request, differences, writes, standing);
  refuseFurniture(request, directories);
  const inTheWay = directories.map(({ path }) => path).filter((path) => standing.statOf(path) !== null);
  const { removed, emptied } = request.delete && !request.leaveFiles ? differences : { removed: [], emptied: [] };
  return { writes, directories, inTheWay, removed, emptied };
}

/** What a journal is made of. `safe`: where what is displaced is kept already, by its path. */
export interface Planned {
  request: RestoreRequest;
  differences: Differences;
  intent: Intent;
  selected: ManifestFile[];
  safe: ReadonlyMap<string, string | null>;
}

/** Every step in an order that works: what is in the way first, then directories, files, deletions, emptied directories. */
export function journalOf({ request, differences, intent, selected, safe }: Planned): Journal {
  const { writes, directories, inTheWay, removed, emptied } = intent;
  const { root, links } = request;
  const ground = { root, links };
  const standing = new Standing(ground);
  const tag = Buffer.from(`${request.id}:${process.pid}:${process.hrtime.bigint()}`).toString('hex').slice(-12);
  let number = 0;
  const aside = (path: string, kind: 'new' | 'old') => {
    number += 1;
    return join(standing.nearest(path).path, `.${stem(path)}.${tag}.${number}.${kind}.mc-tmp`);
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
    const home = homeOf(standing.nearest(path).stat);
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
    lent: modesToLift(ground, steps),
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

function writesOf(
  request: RestoreRequest,
  differences: Differences,
  files: ManifestFile[],
  standing: Standing,
): ManifestFile[] {
  if (request.leaveFiles) return [];
  switch (request.overwrite) {
    case 'never':
      return differences.added.filter(({ path }) => !standing.isBlocked(path));
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
  standing: Standing,
): NeededDirectory[] {
  const listed = new Map(differences.directories.map((file) => [file.path, file]));
  const known = new Set<string>();
  const needed = writes.flatMap((file) =>
    newParents(file.path, known).map((path) => ({
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
      .filter(({ path }) => !standing.statOf(path)?.isDirectory())
      .map((file) => [file.path, listed.get(file.path) ?? file]),
  );
  if (request.overwrite === 'never' || request.leaveFiles) {
    for (const path of missing.keys()) if (standing.statOf(path) || standing.isBlocked(path)) missing.delete(path);
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
