import { chmodSync, chownSync, lstatSync, mkdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf, McError, syncDirectory, toMcError } from '../../base/index.js';
import type { RecoveryReport } from '../../protocol/index.js';
import { clearDisplaced, freeName, type Kept, putNew, removeEmpty } from './aside.js';
import { lstatOf } from './diff.js';
import { type Attributes, type Journal, readJournal, removeJournal, type Step, writeJournal } from './journal.js';
import { secondsOf } from './stage.js';
import { undo } from './undo.js';

/** What a swap leaves to be told. */
export interface Swapped {
  /** Displaced files that the safety backup does not hold, and where they are now. */
  kept: Kept[];
  /** What has its content back, but not its mode or time. */
  unset: { path: string; reason: string }[];
}

/**
 * Swaps what was staged into place and commits. Killed anywhere, `recover` goes on where it stopped.
 * @throws McError when a step cannot be done: then all are taken back, or, if that cannot be done either, left to `recover`
 */
export async function swap(path: string, journal: Journal): Promise<Swapped> {
  const swapping: Journal = { ...journal, state: 'swapping' };
  await writeJournal(path, swapping);
  const { fault, ...swapped } = await finish(path, swapping);
  if (fault) throw fault;
  return swapped;
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
 * @throws McError `state.unreadable`, or the system's refusal when it can go neither forward nor back
 */
export async function recover(path: string): Promise<RecoveryReport | null> {
  const journal = await readJournal(path);
  if (!journal) return null;
  const { id } = journal;
  const files = journal.steps.filter((step) => step.do === 'place').length;
  if (journal.state === 'staging') {
    await rollBack(path, journal);
    return { id, outcome: 'rolled back', files };
  }
  const { fault } = await finish(path, journal);
  if (fault) return { id, outcome: 'rolled back', files, reason: fault.message };
  return { id, outcome: journal.state === 'undone' ? 'rolled back' : 'finished', files };
}

/** `fault`: why it went back instead of forward. */
async function finish(path: string, journal: Journal): Promise<Swapped & { fault: McError | null }> {
  let { state } = journal;
  let fault: McError | null = null;
  try {
    if (state === 'swapping') {
      fault = await goForward(journal);
      state = fault ? 'undone' : 'committed';
      await writeJournal(path, { ...journal, state });
    }
    const swapped = state === 'undone' ? await clearUndone(path, journal) : await clearCommitted(path, journal);
    return { ...swapped, fault };
  } catch (error) {
    throw stuck(path, journal, error);
  }
}

/** Does every step. Where one cannot be done, all are taken back, and the reason is returned. */
async function goForward(journal: Journal): Promise<McError | null> {
  let at = '';
  try {
    for (const step of journal.steps) {
      at = step.path;
      perform(journal.root, step);
    }
    await syncTouched(journal);
    return null;
  } catch (error) {
    await undo(journal);
    await syncTouched(journal);
    const { code, message } = toMcError(error);
    return new McError(code, `the restore stopped at ${at}, and everything is as it was before: ${message}`, {
      hint: `mend that (who owns it? is its directory writable?), then restore ${journal.id} again`,
      cause: error,
    });
  }
}

async function clearCommitted(path: string, journal: Journal): Promise<Swapped> {
  const { root } = journal;
  const kept = await clearDisplaced(journal);
  for (const step of journal.steps) if (step.do === 'rmdir') removeEmpty(join(root, step.path));
  // Last, because everything before moved the times of directories.
  const unset = journal.attributes.flatMap((attributes) => apply(root, attributes));
  await syncTouched(journal);
  await removeJournal(path);
  return { kept, unset };
}

async function clearUndone(path: string, journal: Journal): Promise<Swapped> {
  const kept = await clearDisplaced(journal);
  await rollBack(path, journal);
  return { kept, unset: [] };
}

/** Neither forward nor back: a person has to make way. */
function stuck(path: string, { id }: Journal, error: unknown): McError {
  const { code, message } = toMcError(error);
  return new McError(code, `the restore of ${id} can neither be finished nor taken back: ${message}`, {
    hint: `mend that (rights, owner, a file system that cannot be written), then mc backup list goes on; the plan is ${path}`,
    cause: error,
  });
}

async function syncTouched({ root, steps }: Journal): Promise<void> {
  const touched = new Set(steps.map((step) => dirname(join(root, step.path))));
  for (const directory of touched) {
    if (!lstatOf(directory)?.isDirectory()) continue;
    await syncDirectory(directory).catch((error: unknown) => {
      // One that we may write but not read cannot be opened for that.
      if (errnoOf(error) !== 'EACCES') throw error;
    });
  }
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

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // What stood below a file's name went aside with the directory that had it.
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
  }
}

/** Sets what is not so already. What belongs to somebody else keeps its mode and time: no reason to hold up the rest. */
function apply(root: string, { path, mode, mtimeMs }: Attributes): Swapped['unset'] {
  const target = join(root, path);
  const stat = lstatOf(target);
  if (!stat || stat.isSymbolicLink()) return [];
  try {
    if ((stat.mode & 0o7777) !== mode) chmodSync(target, mode);
    if (Math.abs(stat.mtimeMs - mtimeMs) >= 1) utimesSync(target, secondsOf(mtimeMs), secondsOf(mtimeMs));
    return [];
  } catch (error) {
    return [{ path, reason: `its mode and time could not be set: ${errnoOf(error) ?? String(error)}` }];
  }
}

/** Gives a file to the user it belonged to, where we may. */
export function own(path: string, uid: number, gid: number): void {
  if (process.getuid?.() !== 0) return;
  const stat = lstatSync(path);
  if (stat.uid !== uid || stat.gid !== gid) chownSync(path, uid, gid);
}
