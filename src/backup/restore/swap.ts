import { chmodSync, chownSync, lstatSync, mkdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, McError, syncDirectory, toMcError } from '../../base/index.js';
import type { RecoveryReport } from '../../protocol/index.js';
import { eachAtOnce } from '../archive/concurrency.js';
import { removeTree } from '../remove-tree.js';
import { clearDisplaced, freeName, type Kept, putNew, removeEmpty } from './aside.js';
import { refuseLinks } from './diff.js';
import { at, type Ground, lstatOf } from './ground.js';
import {
  type Attributes,
  freeRoom,
  homeOf,
  type Journal,
  type JournalScope,
  readJournal,
  removeJournal,
  type Step,
  writeJournal,
  writeJournalWithRoom,
} from './journal.js';
import { lowerModes, liftModes } from './lifted-modes.js';
import { secondsOf } from './modes.js';
import { clearStrays } from './strays.js';
import { undo } from './undo.js';

/** What a swap leaves to be reported. */
export interface Swapped {
  /** Displaced files that the safety backup does not hold, and where they are now. */
  kept: Kept[];
  /** What has its content back, but not its mode or time. */
  unset: { path: string; reason: string }[];
}

/** `back`: what was swapped is taken back instead of finished. */
export type Direction = 'forward' | 'back';

/**
 * Swaps what was staged into place and commits. Killed anywhere, `recover` goes on where it stopped.
 * @throws McError when a step cannot be done: then all are taken back, or, if that cannot be done either, left to `recover`
 */
export async function swap(path: string, journal: Journal): Promise<Swapped> {
  const swapping: Journal = { ...journal, state: 'swapping' };
  try {
    await writeJournalWithRoom(path, swapping);
  } catch (error) {
    // Nothing has been replaced yet: the journal on disk still says so.
    await rollBack(path, journal);
    throw toMcError(error);
  }
  const { fault, ...swapped } = await finish(path, swapping, 'forward', true);
  if (fault) throw fault;
  return swapped;
}

/** Takes a staged restore back: nothing has been replaced yet. */
export async function rollBack(path: string, journal: Journal): Promise<void> {
  liftModes(journal);
  for (const step of journal.steps) {
    if (step.do === 'place') rmSync(at(journal, step.staged), { force: true });
  }
  for (const path of journal.trials ?? []) await removeTree(at(journal, path));
  lowerModes(journal);
  await removeJournal(path);
}

/**
 * Ends what a killed restore began. Call it with the lock held that the restore held. Null: there was nothing.
 * @throws McError `state.unreadable`, or the system's refusal when it can go neither forward nor back
 */
export async function recover(
  path: string,
  scope: JournalScope,
  direction: Direction = 'forward',
): Promise<RecoveryReport | null> {
  const journal = await readJournal(path, scope);
  if (!journal) return null;
  const { id } = journal;
  const files = journal.steps.filter((step) => step.do === 'place').length;
  if (journal.state === 'staging') {
    await rollBack(path, journal);
    return { id, outcome: 'rolled back', files };
  }
  const { fault } = await finish(path, journal, direction, false);
  if (fault) return { id, outcome: 'rolled back', files, reason: fault.message };
  const back = journal.state === 'undone' || (journal.state === 'swapping' && direction === 'back');
  return { id, outcome: back ? 'rolled back' : 'finished', files };
}

/** `fault`: why it went back instead of forward. `first`: no step can have been done before. */
async function finish(
  path: string,
  journal: Journal,
  direction: Direction,
  first: boolean,
): Promise<Swapped & { fault: McError | null }> {
  let { state } = journal;
  let fault: McError | null = null;
  try {
    liftModes(journal);
    if (state === 'swapping') {
      if (direction === 'back') await goBack(journal);
      else fault = await goForward(journal, first);
      state = fault || direction === 'back' ? 'undone' : 'committed';
      // The disk may have filled up meanwhile: this was put aside for now.
      await freeRoom(path);
      await writeJournal(path, { ...journal, state });
    }
    const swapped = state === 'undone' ? await clearUndone(path, journal) : await clearCommitted(path, journal);
    return { ...swapped, fault };
  } catch (error) {
    throw stuck(path, journal, error);
  }
}

/** Does every step. Where one cannot be done, all are taken back, and the reason is returned. */
async function goForward(journal: Journal, first: boolean): Promise<McError | null> {
  let step: Step | undefined;
  try {
    if (!first) {
      // Since it was killed another process may have put a link where a directory was.
      refuseLinks(
        journal,
        journal.steps.map(({ path }) => path),
      );
    }
    for (step of journal.steps) perform(journal, step, first);
    await syncTouched(journal);
    return null;
  } catch (error) {
    await goBack(journal);
    const { code, message } = toMcError(error);
    const where = step ? ` at ${step.path}` : '';
    return new McError(code, `the restore stopped${where}, and everything is as it was before: ${message}`, {
      hint: `fix the cause (owner? is the directory writable?), then restore ${journal.id} again`,
      cause: error,
    });
  }
}

async function goBack(journal: Journal): Promise<void> {
  await undo(journal);
  await syncTouched(journal);
}

async function clearCommitted(path: string, journal: Journal): Promise<Swapped> {
  const kept = await clearDisplaced(journal);
  for (const step of journal.steps) if (step.do === 'rmdir') removeEmpty(at(journal, step.path));
  // Last, because everything before moved the times of directories.
  const unset = journal.attributes.flatMap((attributes) => apply(journal, attributes));
  lowerModes(journal, journal.attributes);
  await syncTouched(journal);
  await removeJournal(path);
  return { kept, unset };
}

async function clearUndone(path: string, journal: Journal): Promise<Swapped> {
  const kept = [...(await clearDisplaced(journal)), ...clearStrays(journal)];
  await rollBack(path, journal);
  return { kept, unset: [] };
}

/** Neither forward nor back: a person has to make way. */
function stuck(path: string, { id }: Journal, error: unknown): McError {
  const { code, message } = toMcError(error);
  return new McError(code, `the restore of ${id} can neither be finished nor taken back: ${message}`, {
    hint: `fix the cause (permissions, owner, a read-only file system), then run mc backup recover; or give up on it, with everything that was replaced kept: mc backup recover --give-up; the plan is ${path}`,
    cause: error,
  });
}

/** Directories that are synced at once. */
const SYNCS = 64;

async function syncTouched({ steps, ...ground }: Pick<Journal, 'root' | 'links' | 'steps'>): Promise<void> {
  const touched = new Set(steps.map((step) => dirname(at(ground, step.path))));
  await eachAtOnce([...touched], SYNCS, async (directory) => {
    if (!lstatOf(directory)?.isDirectory()) return;
    await syncDirectory(directory).catch((error: unknown) => {
      // One that we may write but not read cannot be opened for that.
      if (errnoOf(error) !== 'EACCES') throw error;
    });
  });
}

function perform(ground: Ground, step: Step, first: boolean): void {
  const target = at(ground, step.path);
  switch (step.do) {
    case 'displace':
      // The name aside being taken, this step was done before.
      if (!lstatOf(at(ground, step.aside))) renameIfThere(target, at(ground, step.aside));
      return;
    case 'mkdir':
      if (lstatOf(target)?.isDirectory()) return;
      // Ours to write in until everything is in it; its own mode comes with the attributes, last.
      mkdirSync(target, { mode: step.mode | 0o700 });
      own(target, step.uid, step.gid);
      return;
    case 'place':
      place(ground, step, first);
      return;
    case 'rmdir':
    // Once the displaced files are out of it.
  }
}

/**
 * Puts the staged file under its name without ever replacing one: linking is refused where a name is taken, so a file that
 * an agent writes just now is displaced like the one before it.
 */
function place(ground: Ground, step: Extract<Step, { do: 'place' }>, first: boolean): void {
  const target = at(ground, step.path);
  const staged = at(ground, step.staged);
  const ours = lstatOf(staged);
  if (!ours) {
    requirePlaced(staged, step.home, first);
    return;
  }
  for (let turn = 0; turn < 100; turn += 1) {
    const there = lstatOf(target);
    // Killed between linking and removing: it is in place already.
    if (there?.ino === ours.ino && there.dev === ours.dev) break;
    if (there) renameSync(target, freeName(at(ground, step.aside)));
    if (putNew(staged, target)) return;
  }
  rmSync(staged, { force: true });
}

/**
 * A staged file that is gone was placed by a run before this one, unless there was none or its directory is another by now.
 * @throws McError `io` when another process took it away
 */
function requirePlaced(staged: string, home: string | undefined, first: boolean): void {
  if (!first && (home === undefined || homeOf(lstatOf(dirname(staged))) === home)) return;
  throw new McError('io', 'its directory was moved or removed while the restore was at work', {
    hint: 'stop who works there, then restore again',
  });
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // What stood below a file's name went aside with the directory that had it.
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
  }
}

/** Sets what is not so already. What belongs to another user keeps its mode and time: no reason to hold up the rest. */
function apply(ground: Ground, { path, mode, mtimeMs }: Attributes): Swapped['unset'] {
  const target = at(ground, path);
  const stat = lstatOf(target);
  if (!stat || stat.isSymbolicLink()) return [];
  try {
    if (Math.abs(stat.mtimeMs - mtimeMs) >= 1) utimesSync(target, secondsOf(mtimeMs), secondsOf(mtimeMs));
    if ((stat.mode & 0o7777) !== mode) chmodSync(target, mode);
    return [];
  } catch (error) {
    return [{ path, reason: `its mode and time could not be set: ${errnoOf(error) ?? String(error)}` }];
  }
}

/** Gives a file to the user it belonged to, where we may. */
function own(path: string, uid: number, gid: number): void {
  if (process.getuid?.() !== 0) return;
  const stat = lstatSync(path);
  if (stat.uid !== uid || stat.gid !== gid) chownSync(path, uid, gid);
}
