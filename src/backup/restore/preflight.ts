import { lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, McError, reasonOf } from '../../base/index.js';
import { removeTree } from '../remove-tree.js';
import { type FreeSpace, requireFiles, requireSpace } from '../space.js';
import { at, type Ground } from './ground.js';
import { Standing } from './standing.js';

/** Something new: a file with its bytes, a link or a directory. */
export interface NewEntry {
  path: string;
  size: number;
}

/** What goes onto one file system, and where its names are tried. */
export interface Trial {
  /** A directory of its own, hidden, that is made and removed again. */
  directory: string;
  /** Names that some file systems do not take. */
  names: string[];
  entries: NewEntry[];
}

/** The longest path that Linux takes, without its end. */
const PATH_BYTES = 4095;
/** Names of few plain characters are taken everywhere. */
const PLAIN = /^[\w.@+=-]{1,100}$/;
/** So many odd names are tried, the longest first. */
const TRIED = 200;

/**
 * What must be tried before a restore begins, by file system. `tag`: part of the names aside.
 * @throws McError `file.refused` for a path that no system takes
 */
export function trialsOf(ground: Ground, entries: readonly NewEntry[], tag: string): Trial[] {
  const trials = new Map<number, Trial & { odd: Set<string> }>();
  const standing = new Standing(ground);
  for (const entry of entries) {
    const full = at(ground, entry.path);
    if (Buffer.byteLength(full) > PATH_BYTES) throw refused(entry.path, 'the path is too long');
    const { path: parent, stat } = standing.nearest(entry.path);
    const device = stat?.dev ?? 0;
    const trial = trials.get(device) ?? {
      directory: join(parent, `.trial.${tag}.mc-tmp`),
      names: [],
      entries: [],
      odd: new Set(),
    };
    trials.set(device, trial);
    trial.entries.push(entry);
    const below = parent === '' ? entry.path : entry.path.slice(parent.length + 1);
    for (const name of below.split('/')) if (!PLAIN.test(name)) trial.odd.add(name);
  }
  return [...trials.values()].map(({ odd, ...trial }) => ({
    ...trial,
    names: [...odd].toSorted((a, b) => Buffer.byteLength(b) - Buffer.byteLength(a)).slice(0, TRIED),
  }));
}

/**
 * Makes sure that a file system takes what is coming: room, names, and no two names that are one there. Found out by trying,
 * because no table knows what a mount, an encryption or a share takes.
 * @throws McError `disk.full`, `file.refused`; nothing is left of the trial
 */
export async function tryOut(ground: Ground, trial: Trial, free: FreeSpace): Promise<void> {
  const place = at(ground, dirname(trial.directory));
  requireSpace(
    place,
    trial.entries.reduce((sum, { size }) => sum + size, 0),
    'the restore',
    free,
  );
  requireFiles(place, trial.entries.length, 'the restore');
  const directory = at(ground, trial.directory);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch {
    // The step cannot be tried there: one that cannot be done is taken back.
    return;
  }
  try {
    for (const name of trial.names) tryName(directory, name);
    if (foldsCase(directory)) refuseClashes(trial.entries);
  } finally {
    await removeTree(directory);
  }
}

/** @throws McError `file.refused` when two paths differ in nothing that such a file system tells apart */
export function refuseClashes(entries: readonly Pick<NewEntry, 'path'>[]): void {
  const known = new Map<string, string>();
  for (const { path } of entries) {
    const folded = path.normalize('NFC').toLowerCase();
    const other = known.get(folded);
    if (other !== undefined && other !== path) throw refused(path, `the file system takes it for the same as ${other}`);
    known.set(folded, path);
  }
}

function tryName(directory: string, name: string): void {
  const path = join(directory, name);
  try {
    writeFileSync(path, '', { flag: 'wx' });
    rmSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw refused(name, reasonOf(error));
  }
}

function foldsCase(directory: string): boolean {
  writeFileSync(join(directory, 'mc-case'), '');
  return lstatSync(join(directory, 'MC-CASE'), { throwIfNoEntry: false }) !== undefined;
}

function refused(path: string, reason: string): McError {
  const shown = path.length > 120 ? `${path.slice(0, 120)}…` : path;
  return new McError('file.refused', `${shown} cannot be restored there: ${reason}`, {
    hint: 'nothing was restored; choose the others with --path, or another file system with --to',
  });
}
