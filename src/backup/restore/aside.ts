import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf } from '../../base/index.js';
import type { ManifestFile } from '../archive/manifest.js';
import { sha256Of } from '../archive/member.js';
import { removeTree } from '../remove-tree.js';
import { checksumOf } from '../archive/inspect.js';
import { at, lstatOf } from './ground.js';
import type { Journal } from './journal.js';

/** Where a displaced file was kept that the safety backup does not hold. */
export interface Kept {
  path: string;
  kept_at: string;
}

interface Displaced {
  path: string;
  aside: string;
  isSaved: boolean;
  database: string | undefined;
}

/** Removes displaced files that the safety backup holds byte for byte; the others are kept. */
export async function clearDisplaced(journal: Journal): Promise<Kept[]> {
  const found = await findDisplaced(journal);
  // A log means nothing without its database, nor a database without its log; the -shm is only their index.
  const torn = new Set(
    found.filter(({ isSaved, path }) => !isSaved && !path.endsWith('-shm')).map(({ database }) => database),
  );
  const kept: Kept[] = [];
  for (const { path, aside, isSaved, database } of found) {
    const goes = database === undefined ? isSaved : !torn.has(database);
    if (goes) await removeTree(aside);
    else kept.push({ path, kept_at: keep(aside, journal.kept ?? '', path) });
  }
  return kept;
}

async function findDisplaced({ steps, kept, ...ground }: Journal): Promise<Displaced[]> {
  const found: Displaced[] = [];
  for (const step of steps) {
    if (step.do !== 'displace' && step.do !== 'place') continue;
    const { path, safe, database } = step;
    for (let number = 0; ; number += 1) {
      const aside = numbered(at(ground, step.aside), number);
      const stat = lstatOf(aside);
      if (!stat) break;
      const isSaved = kept === null || (safe !== null && (await fingerprintAt(aside, stat)) === safe);
      found.push({ path, aside, isSaved, database });
    }
  }
  return found;
}

/** Identifies a file's content, or where a link points; null for what is neither. */
export function fingerprintOf({ type, sha256, link }: Pick<ManifestFile, 'type' | 'sha256' | 'link'>): string | null {
  return type === 'symlink' ? sha256Of(Buffer.from(`link ${link}`)) : sha256;
}

/** The fingerprint of what stands at a path. */
export async function fingerprintAt(path: string, stat: Stats): Promise<string | null> {
  if (stat.isSymbolicLink()) return fingerprintOf({ type: 'symlink', sha256: null, link: readlinkSync(path) });
  return stat.isFile() ? checksumOf(path) : null;
}

/** Returns where it is now. Where it cannot be moved it stays beside the file it was: kept all the same. */
export function keep(aside: string, directory: string, path: string): string {
  try {
    const wanted = join(directory, path);
    mkdirSync(dirname(wanted), { recursive: true, mode: 0o700 });
    let target = wanted;
    for (let number = 1; lstatOf(target); number += 1) target = `${wanted}.${number}`;
    moveAside(aside, target);
    return target;
  } catch {
    return aside;
  }
}

/** A directory can only be moved by who may write it. */
function moveAside(aside: string, target: string): void {
  const stat = lstatSync(aside);
  const closed = stat.isDirectory() && (stat.mode & 0o700) !== 0o700 && stat.uid === process.geteuid?.();
  if (closed) chmodSync(aside, stat.mode | 0o700);
  try {
    renameSync(aside, target);
  } catch (error) {
    if (closed) chmodSync(aside, stat.mode);
    throw error;
  }
  if (closed) chmodSync(target, stat.mode);
}

/** Gives a file the name it is for, unless the name is taken: false then. */
export function putNew(staged: string, target: string): boolean {
  try {
    linkSync(staged, target);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    // A file system without hard links: the rename could replace what was written in this very moment.
    if (errnoOf(error) !== 'EPERM' && errnoOf(error) !== 'ENOTSUP') throw error;
    renameSync(staged, target);
    return true;
  }
  rmSync(staged);
  return true;
}

/** `aside`, or with a number before its ending when an earlier displaced file has that name. */
export function freeName(aside: string): string {
  for (let number = 0; ; number += 1) {
    const name = numbered(aside, number);
    if (!lstatOf(name)) return name;
  }
}

/** The name aside of the nth file that was displaced from one place. */
export function numbered(aside: string, number: number): string {
  return number === 0 ? aside : aside.replace(/\.mc-tmp$/, `.${number}.mc-tmp`);
}

/** Removes a directory if nothing is in it. */
export function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Something is in it after all, or it is gone: both are fine.
  }
}
