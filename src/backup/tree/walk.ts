import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, isWithin, LEADS_OUT, readRegularSync, wasRead } from '../../base/index.js';
import { type BackupProblem, sizeText } from '../../protocol/index.js';
import { MOST_ENTRIES } from './limits.js';
import { pathFault } from './paths.js';
import { furnitureFault } from './furniture.js';
import { behindLink, isReadThrough, LINKABLE, plainPath } from './links.js';
import { compileRules, ignoreLines, isPattern, MOST_PATTERNS, type RuleMatcher, type Rules } from './rules.js';
import { endingOf, entryOf, LAST_MS, timeOf, type WalkedEntry } from './entry.js';
import { isDatabase, isInUse, isSidecar, SIDECARS } from './sqlite-files.js';

export interface Walk {
  /** Sorted so that what is alike stands together: by agent, then by file name ending, then by path. */
  entries: WalkedEntry[];
  problems: BackupProblem[];
  /** What the rules leave out, a directory without what is in it: the first of them, and how many there are. */
  leftOut: { paths: { path: string; reason: string }[]; count: number };
  /** The rules with the ignore files that were met. */
  rules: Rules;
}

/** Of what the manifest says of them, in bytes: two thirds of what it may have. */
const MOST_TEXT = 170 * 1024 * 1024;
/** What a manifest says of an entry besides its path and its target, at most. */
const LINE_BYTES = 400;
/** Listed one by one; of the others only how many there are. */
const MOST_PROBLEMS = 10_000;
/** So many of what is left out are listed one by one. */
const MOST_LEFT_OUT = 1_000;
/**
 * Of files that are nearly all hole a backup takes so much, in bytes. They cost whoever makes one nothing, and a backup the
 * time to read, hash and check each byte: some hundred MB a second.
 */
const MOST_HOLES = 4 * 1024 ** 3;
const IGNORE_FILE = '.mcignore';
/** An ignore file that is larger was not written by a person. */
const IGNORE_LIMIT = 256 * 1024;
/** A walk that is under way. */
interface Walking extends Walk {
  root: string;
  roots: readonly string[];
  /** Links through which the workspace itself is read, with where they lead. */
  through: { path: string; target: string | null }[];
  /** Problems that are not listed one by one any more. */
  more: Map<BackupProblem['kind'], number>;
  /** What may still be taken: entries, and bytes of what the manifest will say of them, patterns, and bytes of holes. */
  room: { entries: number; text: number; patterns: number; holes: number };
}

/**
 * Everything below `start` (relative to the workspace, '' for all of it) that the rules let in. `roots`: the real
 * directories that are the workspace (`rootsOf`); where `mission-control` or its `agents` are links to one of them, what is
 * behind is walked under the plain name. No other link is followed. One through which the workspace is read (an agent's
 * directory, a task file …) and behind which lies what is not in the backup is a problem.
 * Synchronous: it runs in a worker thread, where that is several times faster.
 */
export function walkWorkspace(root: string, rules: Rules, start = '', roots: readonly string[] = [root]): Walk {
  const walk: Walking = {
    root,
    roots,
    entries: [],
    problems: [],
    leftOut: { paths: [], count: 0 },
    rules: { ...rules, ignore: [] },
    through: [],
    more: new Map(),
    room: { entries: MOST_ENTRIES, text: MOST_TEXT, patterns: MOST_PATTERNS - rules.exclude.length, holes: MOST_HOLES },
  };
  const parents = start === '' ? [''] : start.split('/').map((_, index, parts) => parts.slice(0, index).join('/'));
  let matcher = compileRules(walk.rules);
  for (const parent of parents) matcher = readIgnoreFile(parent, matcher, walk);
  const begins = start === '' || takeStart(start, walk);
  if (begins) visit(start, start === '' ? matcher : readIgnoreFile(start, matcher, walk), walk);
  tellLinks(walk);
  walk.entries.sort(byLikeness);
  const { entries, problems, leftOut } = walk;
  for (const [kind, count] of walk.more) problems.push({ path: start, kind, reason: `${count} more like these` });
  return { entries, problems, leftOut, rules: walk.rules };
}

/** Takes the directory that a walk begins with; false when it is not one, or lies elsewhere. */
function takeStart(start: string, walk: Walking): boolean {
  const entry = lookAt(start, walk);
  if (entry?.type === 'symlink')
    note(walk, start, 'unreadable', 'symbolic link: what is behind it is not in the backup');
  if (entry?.type !== 'directory') return false;
  const real = behindLink(join(walk.root, start));
  if (real !== null && !isWithin(real, walk.roots)) {
    note(walk, start, 'unreadable', LEADS_OUT);
    return false;
  }
  walk.entries.push(entry);
  return true;
}

function visit(directory: string, matcher: RuleMatcher, walk: Walking): void {
  const names = namesIn(directory, walk);
  const all = new Set(names);
  for (const name of names) {
    const path = directory === '' ? name : `${directory}/${name}`;
    // Asked twice so that the rules' answer for plain files, by far the most, needs no lstat of what they leave out.
    const against = matcher.admits(path, false) ? null : matcher.reasonAgainst(path, true);
    if (against !== null) {
      leaveOut(path, against, walk);
      continue;
    }
    const entry = lookAt(path, walk);
    if (!entry) continue;
    const reason = matcher.reasonAgainst(path, entry.type === 'directory');
    if (reason !== null) {
      leaveOut(path, reason, walk);
      continue;
    }
    if (!hasPlace(entry, walk) || isEndless(name, entry, walk) || isAllHole(entry, walk)) continue;
    const full = join(walk.root, path);
    if (entry.type === 'file') {
      if (isSidecar(full)) continue;
      const logged = SIDECARS.some((ending) => all.has(name + ending));
      if (logged && isInUse(full) && isDatabase(full)) entry.database = true;
    }
    if (entry.type === 'symlink' && isReadThrough(path)) {
      walk.through.push({ path, target: behindLink(full) });
    }
    walk.entries.push(entry);
    if (entry.type === 'directory') visit(path, readIgnoreFile(path, matcher, walk), walk);
  }
}

function leaveOut(path: string, reason: string, { leftOut }: Walking): void {
  leftOut.count += 1;
  if (leftOut.paths.length < MOST_LEFT_OUT) leftOut.paths.push({ path, reason });
}

/** The names in a directory; those that are not UTF-8 are reported. */
function namesIn(directory: string, walk: Walking): string[] {
  const full = join(walk.root, directory);
  try {
    const names = readdirSync(full);
    if (!names.some((name) => name.includes('\uFFFD'))) return names;
    // A name may hold that very character; only the bytes show it.
    return readdirSync(full, { encoding: 'buffer' }).flatMap((bytes) => {
      const name = bytes.toString('utf8');
      if (Buffer.from(name).equals(bytes)) return [name];
      note(walk, directory === '' ? name : `${directory}/${name}`, 'unreadable', 'its name is not UTF-8');
      return [];
    });
  } catch (error) {
    noteError(walk, directory, error);
    return [];
  }
}

/** Whether an archive can hold an entry: what it could not is reported, so that it stops no other. */
function hasPlace({ path, type, link = '' }: WalkedEntry, walk: Walking): boolean {
  const fault = pathFault(path) ?? furnitureFault({ path, type })?.slice(`${path}: `.length) ?? null;
  if (fault !== null) {
    note(walk, path, 'unreadable', fault);
    return false;
  }
  const { room } = walk;
  const text = Buffer.byteLength(JSON.stringify([path, link])) + LINE_BYTES;
  if (room.entries > 0 && room.text >= text) {
    room.entries -= 1;
    room.text -= text;
    return true;
  }
  // Reported once: all that comes behind it is missing too.
  if (room.entries >= 0) note(walk, path, 'unreadable', 'more files than one backup holds: this one and later ones');
  room.entries = -1;
  return false;
}

/** An ignore file that is too large to be heeded is not packed either: one that is all hole would take minutes. */
function isEndless(name: string, { path, type, size }: WalkedEntry, walk: Walking): boolean {
  if (name !== IGNORE_FILE || type !== 'file' || size <= IGNORE_LIMIT) return false;
  note(walk, path, 'unreadable', `larger than ${IGNORE_LIMIT / 1024} kB, which no ignore file is: not in the backup`);
  return true;
}

/** A file that is nearly all hole, and larger than what may be taken of such files. */
function isAllHole({ path, size, hole = 0 }: WalkedEntry, walk: Walking): boolean {
  if (hole <= walk.room.holes) {
    walk.room.holes -= hole;
    return false;
  }
  const reason = `nearly all hole: ${sizeText(size)}, of which ${sizeText(size - hole)} are written; a backup takes ${sizeText(MOST_HOLES)} of such files`;
  note(walk, path, 'unreadable', reason);
  return true;
}

function lookAt(path: string, walk: Walking): WalkedEntry | null {
  try {
    const full = join(walk.root, path);
    const stat = statOf(full, path, walk);
    const type = typeOf(stat);
    if (type === null) {
      // A socket is nobody's data; a pipe or a device is worth a word.
      if (!stat.isSocket()) note(walk, path, 'skipped', 'it is a pipe or a device');
      return null;
    }
    const link = type === 'symlink' ? linkTarget(full) : undefined;
    if (link === null) {
      note(walk, path, 'unreadable', 'the target of the symbolic link is not UTF-8');
      return null;
    }
    if (Math.abs(timeOf(stat)) === LAST_MS) note(walk, path, 'noted', 'its time lies beyond what a backup can keep');
    return entryOf(path, type, stat, link);
  } catch (error) {
    noteError(walk, path, error);
    return null;
  }
}

/** A path's own stat, or that of the directory behind a link that is the workspace itself. */
function statOf(full: string, path: string, { roots }: Walking): BigIntStats {
  const stat = lstatSync(full, { bigint: true });
  if (!stat.isSymbolicLink() || !LINKABLE.includes(path)) return stat;
  const real = behindLink(full);
  return real !== null && roots.includes(real) ? lstatSync(real, { bigint: true }) : stat;
}

/** Where a link points; null when that is not UTF-8. */
function linkTarget(full: string): string | null {
  const target = readlinkSync(full);
  if (!target.includes('\uFFFD')) return target;
  return Buffer.from(target).equals(readlinkSync(full, { encoding: 'buffer' })) ? target : null;
}

/** A link through which the workspace is read is a loss when what is behind it is there and not in the backup. */
function tellLinks(walk: Walking): void {
  const held = new Set(walk.through.length === 0 ? [] : walk.entries.map(({ path }) => path));
  for (const { path, target } of walk.through) {
    const plain = target === null ? '' : plainPath(target, walk.root, walk.roots);
    if (plain === '' || (plain !== null && held.has(plain))) continue;
    note(
      walk,
      path,
      'unreadable',
      plain === null ? LEADS_OUT : `symbolic link to ${plain}, which is not in the backup`,
    );
  }
}

function typeOf(stat: BigIntStats): WalkedEntry['type'] | null {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : null;
}

/** The rules with a directory's own ignore file, if it has one. */
function readIgnoreFile(directory: string, known: RuleMatcher, walk: Walking): RuleMatcher {
  const path = join(directory, IGNORE_FILE);
  const file = readRegularSync(join(walk.root, path), { limit: IGNORE_LIMIT, within: walk.roots });
  if (file === null) return known;
  if (!wasRead(file)) {
    note(walk, path, 'noted', `${file.reason}, so it leaves nothing out`);
    return known;
  }
  const lines: string[] = [];
  for (const line of ignoreLines(file.bytes.toString('utf8'))) {
    if (isPattern(line)) lines.push(line);
    else note(walk, path, 'skipped', `its line ${JSON.stringify(line.slice(0, 40))} names nothing`);
  }
  if (lines.length === 0) return known;
  if (lines.length > walk.room.patterns) {
    note(walk, path, 'noted', `more patterns than a backup heeds (${MOST_PATTERNS} in all), so it leaves nothing out`);
    return known;
  }
  walk.room.patterns -= lines.length;
  walk.rules.ignore.push({ base: directory, lines });
  return known.within(directory, lines);
}

function note(walk: Walking, path: string, kind: BackupProblem['kind'], reason: string): void {
  if (walk.problems.length < MOST_PROBLEMS) walk.problems.push({ path, kind, reason });
  else walk.more.set(kind, (walk.more.get(kind) ?? 0) + 1);
}

function noteError(walk: Walking, path: string, error: unknown): void {
  const reason = errnoOf(error) ?? String(error);
  note(walk, path, reason === 'ENOENT' ? 'vanished' : 'unreadable', reason);
}

function byLikeness(a: WalkedEntry, b: WalkedEntry): number {
  return (
    compare(a.agent ?? '', b.agent ?? '') || compare(endingOf(a.path), endingOf(b.path)) || compare(a.path, b.path)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
