import { agentPath } from '../../protocol/index.js';
import { readlinkSync, type Stats } from 'node:fs';
import { McError } from '../../base/index.js';
import type { Manifest, ManifestFile } from '../archive/manifest.js';
import { isAtOrBelow, newParents } from '../tree/paths.js';
import { isFurniture } from '../tree/furniture.js';
import { METRICS_DATABASE } from '../pack/plan.js';
import { compileRules } from '../tree/rules.js';
import { checksumOf } from '../archive/inspect.js';
import { walkWorkspace } from '../tree/walk.js';
import { at, type Ground, lstatOf } from './ground.js';
import { safeMode, SIDECARS } from './modes.js';
import type { Selected } from './select.js';
import { Standing } from './standing.js';

/** What restoring would change. */
export interface Differences {
  added: ManifestFile[];
  /** Another content, kind or link. */
  changed: ManifestFile[];
  /** The same content with another mode or time. */
  attributes: ManifestFile[];
  same: number;
  /** Directories that are missing, or that something else stands in the place of; parents first. */
  directories: ManifestFile[];
  /** On disk, of the kind this backup includes, and not in it. */
  removed: string[];
  /** Files of the server's own that differ: never replaced. */
  left: string[];
  /** Directories not in the backup, deepest first: they go when they are empty. */
  emptied: string[];
}

/**
 * Compares what was selected with the disk.
 * @throws McError `file.refused` when a parent on disk is a link: what is behind it is not the workspace
 */
export async function compareWithDisk(
  ground: Ground,
  selected: Selected,
  manifest: Manifest | null,
  onFile: (file: ManifestFile) => void = () => {},
): Promise<Differences> {
  const differences: Differences = {
    added: [],
    changed: [],
    attributes: [],
    same: 0,
    directories: [],
    removed: [],
    left: [],
    emptied: [],
  };
  const parents = new Set<string>();
  const standing = new Standing(ground);
  for (const file of selected.files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    for (const parent of newParents(file.path, parents)) refuseLink(standing, parent);
    const verdict = await compare(ground, file);
    if (isServersOwn(file.path) && wouldDisplace(standing, file, verdict)) differences.left.push(file.path);
    else sort(file, verdict, differences);
    onFile(file);
  }
  if (manifest) addRemoved(ground, selected, manifest, differences);
  leaveFurniture(differences);
  return differences;
}

type Verdict = 'missing' | 'changed' | 'attributes' | 'same';

async function compare(ground: Ground, file: ManifestFile): Promise<Verdict> {
  const path = at(ground, file.path);
  const stat = lstatOf(path);
  if (!stat) return 'missing';
  switch (file.type) {
    case 'directory':
      return stat.isDirectory() ? attributesOf(stat, file) : 'changed';
    case 'symlink':
      return stat.isSymbolicLink() && readlinkSync(path) === file.link ? 'same' : 'changed';
    case 'file':
      if (!stat.isFile() || stat.size !== file.size) return 'changed';
      return (await checksumOf(path)) === file.sha256 ? attributesOf(stat, file) : 'changed';
  }
}

function attributesOf(stat: Stats, file: ManifestFile): Verdict {
  const sameTime = Math.abs(stat.mtimeMs - Date.parse(file.mtime)) < 1;
  return sameTime && (stat.mode & 0o7777) === safeMode(file) ? 'same' : 'attributes';
}

function sort(file: ManifestFile, verdict: Verdict, differences: Differences): void {
  if (verdict === 'same') {
    if (file.type !== 'directory') differences.same += 1;
  } else if (verdict === 'attributes') {
    if (file.type !== 'directory') differences.same += 1;
    differences.attributes.push(file);
  } else if (file.type === 'directory') differences.directories.push(file);
  else if (verdict === 'missing') differences.added.push(file);
  else differences.changed.push(file);
}

/** What the backup's own rules would have taken, had it been there. What could not be read then is not missing now. */
function addRemoved(ground: Ground, selected: Selected, manifest: Manifest, differences: Differences): void {
  const start = manifest.agent === null ? '' : agentPath(manifest.agent);
  const held = new Set(manifest.files.map((file) => file.path));
  const rules = compileRules(manifest.rules);
  const unread = new Set(manifest.problems.map((problem) => problem.path));
  const extra = walkWorkspace(ground.root, manifest.rules, start, [
    ground.root,
    ...Object.values(ground.links),
  ]).entries.filter(
    ({ path }) =>
      !held.has(path) &&
      path !== METRICS_DATABASE &&
      selected.inScope(path) &&
      rules.includes(path) &&
      !isAtOrBelow(path, unread),
  );
  differences.removed = extra
    .filter((entry) => entry.type !== 'directory')
    .map((entry) => entry.path)
    .toSorted();
  const directories = extra.filter((entry) => entry.type === 'directory').map((entry) => entry.path);
  differences.emptied = directories.toSorted((a, b) => b.length - a.length);
}

/**
 * What the workspace is made of is never displaced, and of the server's own directory nothing but its database: a backup
 * holds it as it was while another server ran.
 */
function leaveFurniture(differences: Differences): void {
  const stays = (path: string) => isFurniture({ path, type: 'symlink' }) || isServersOwn(path);
  differences.removed = differences.removed.filter((path) => !stays(path));
  differences.emptied = differences.emptied.filter((path) => !stays(path));
}

function wouldDisplace(standing: Standing, { path }: ManifestFile, verdict: Verdict): boolean {
  return verdict === 'changed' || (verdict === 'missing' && standing.isBlocked(path));
}

/** Below the server's own directory, and not its database. */
export function isServersOwn(path: string): boolean {
  return path.startsWith('mission-control/backend/') && !isDatabasePath(path);
}

function isDatabasePath(path: string): boolean {
  return path === METRICS_DATABASE || SIDECARS.some((ending) => path === METRICS_DATABASE + ending);
}

/** @throws McError `file.refused` when a parent of one of the paths is a link on disk */
export function refuseLinks(ground: Ground, paths: readonly string[]): void {
  const known = new Set<string>();
  const standing = new Standing(ground);
  for (const path of paths) for (const parent of newParents(path, known)) refuseLink(standing, parent);
}

function refuseLink(standing: Standing, parent: string): void {
  if (!standing.statOf(parent)?.isSymbolicLink()) return;
  throw new McError('file.refused', `${parent} is a symbolic link: nothing is restored through it`, {
    hint: 'restore elsewhere with --to and move the files yourself, or put a directory in its place',
  });
}
