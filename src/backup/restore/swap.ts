import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, McError, syncDirectory } from '../../base/index.js';
import type { RecoveryReport } from '../../protocol/index.js';
import type { ManifestFile } from '../archive/manifest.js';
import { sha256Of } from '../pack.js';
import { checksumOf } from '../verify.js';
import { lstatOf } from './diff.js';
import { type Attributes, type Journal, readJournal, removeJournal, type Step, writeJournal } from './journal.js';
import { secondsOf } from './stage.js';

/**
 * Swaps what was staged into place and commits. Killed anywhere, `recover` goes on where it stopped.
 * Returns displaced files that the safety backup does not hold, and where they are now.
 */
export async function swap(path: string, journal: Journal): Promise<{ path: string; kept_at: string }[]> {
  const swapping: Journal = { ...journal, state: 'swapping' };
  await writeJournal(path, swapping);
  return finish(path, swapping);
}

/** Takes a staged restore back: nothing has been replaced yet. */
export async function rollBack(path: string, journal: Journal): Promise<void> {
  for (const step of journal.steps) {
    if (step.do === 'place') rmSync(join(journal.root, step.staged), { force: true });
  }
  await removeJournal(path);
}

/**
 * Ends what a killed restore began. Call it with the backups' lock held. Null: there was nothing.
 * @throws McError `state.unreadable`
 */
export async function recover(path: string): Promise<RecoveryReport | null> {
  const journal = await readJournal(path);
  if (!journal) return null;
  const files = journal.steps.filter((step) => step.do === 'place').length;
  if (journal.state === 'staging') {
    await rollBack(path, journal);
    return { id: journal.id, outcome: 'rolled back', files };
  }
  await finish(path, journal);
  return { id: journal.id, outcome: 'finished', files };
}

async function finish(path: string, journal: Journal): Promise<{ path: string; kept_at: string }[]> {
  const { root } = journal;
  if (journal.state === 'swapping') {
    for (const step of journal.steps) perform(root, step);
    await syncTouched(journal);
    await writeJournal(path, { ...journal, state: 'committed' });
  }
  const kept = await clearDisplaced(journal);
  for (const step of journal.steps) if (step.do === 'rmdir') removeEmpty(join(root, step.path));
  // Last, because everything before moved the times of directories.
  for (const attributes of journal.attributes) apply(root, attributes);
  await syncTouched(journal);
  await removeJournal(path);
  return kept;
}

async function syncTouched({ root, steps }: Journal): Promise<void> {
  const touched = new Set(steps.map((step) => dirname(join(root, step.path))));
  for (const directory of touched) if (lstatOf(directory)?.isDirectory()) await syncDirectory(directory);
}

function perform(root: string, step: Step): void {
  const target = join(root, step.path);
  switch (step.do) {
    case 'displace':
      // The name aside being taken, this step was done before.
      if (!lstatOf(join(root, step.aside))) renameIfThere(target, join(root, step.aside));
      return;
    case 'mkdir':
      if (lstatOf(target)?.isDirectory()) return;
      mkdirSync(target, { mode: step.mode });
      own(target, step.uid, step.gid);
      return;
    case 'place':
      place(target, join(root, step.staged), join(root, step.aside));
      return;
    case 'rmdir':
    // Once the displaced files are out of it.
  }
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Something is in it after all, or it is gone: both are fine.
  }
}

/**
 * Puts the staged file under its name without ever replacing one: linking is refused where a name is taken, so a file that
 * an agent writes just now is displaced like the one before it.
 */
function place(target: string, staged: string, aside: string): void {
  const ours = lstatOf(staged);
  if (!ours) return;
  for (let turn = 0; turn < 100; turn += 1) {
    const there = lstatOf(target);
    // Killed between linking and removing: it is in place already.
    if (there?.ino === ours.ino && there.dev === ours.dev) break;
    if (there) renameSync(target, freeName(aside));
    if (putNew(staged, target)) return;
  }
  rmSync(staged, { force: true });
}

function putNew(staged: string, target: string): boolean {
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
function freeName(aside: string): string {
  for (let number = 0; ; number += 1) {
    const name = numbered(aside, number);
    if (!lstatOf(name)) return name;
  }
}

function numbered(aside: string, number: number): string {
  return number === 0 ? aside : aside.replace(/\.mc-tmp$/, `.${number}.mc-tmp`);
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // What stood below a file's name went aside with the directory that had it.
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
  }
}

function apply(root: string, { path, mode, mtimeMs }: Attributes): void {
  const target = join(root, path);
  const stat = lstatOf(target);
  if (!stat || stat.isSymbolicLink()) return;
  chmodSync(target, mode);
  utimesSync(target, secondsOf(mtimeMs), secondsOf(mtimeMs));
}

/** Gives a file to the user it belonged to, where we may. */
export function own(path: string, uid: number, gid: number): void {
  if (process.getuid?.() !== 0) return;
  const stat = lstatSync(path);
  if (stat.uid !== uid || stat.gid !== gid) chownSync(path, uid, gid);
}

/** Removes displaced files that the safety backup holds byte for byte; the others are kept. */
async function clearDisplaced(journal: Journal): Promise<{ path: string; kept_at: string }[]> {
  const kept: { path: string; kept_at: string }[] = [];
  for (const step of journal.steps) {
    if (step.do !== 'displace' && step.do !== 'place') continue;
    for (let number = 0; ; number += 1) {
      const aside = numbered(join(journal.root, step.aside), number);
      const stat = lstatOf(aside);
      if (!stat) break;
      const isSafe = journal.kept === null || (step.safe !== null && (await fingerprintAt(aside, stat)) === step.safe);
      if (isSafe) rmSync(aside, { recursive: true, force: true });
      else kept.push({ path: step.path, kept_at: keep(aside, journal.kept ?? '', step.path) });
    }
  }
  return kept;
}

/** Tells a file's content, or where a link points; null for what is neither. */
export function fingerprintOf({ type, sha256, link }: Pick<ManifestFile, 'type' | 'sha256' | 'link'>): string | null {
  return type === 'symlink' ? sha256Of(Buffer.from(`link ${link}`)) : sha256;
}

async function fingerprintAt(path: string, stat: Stats): Promise<string | null> {
  if (stat.isSymbolicLink()) return fingerprintOf({ type: 'symlink', sha256: null, link: readlinkSync(path) });
  return stat.isFile() ? checksumOf(path) : null;
}

function keep(aside: string, directory: string, path: string): string {
  const wanted = join(directory, path);
  mkdirSync(dirname(wanted), { recursive: true });
  let target = wanted;
  for (let number = 1; lstatOf(target); number += 1) target = `${wanted}.${number}`;
  try {
    renameSync(aside, target);
  } catch (error) {
    // On another file system it stays beside the file it was: kept all the same.
    if (errnoOf(error) === 'EXDEV') return aside;
    throw new McError('io', `a displaced file could not be kept: ${aside}`, { cause: error });
  }
  return target;
}
