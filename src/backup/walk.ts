import {
  type BigIntStats,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../base/index.js';
import type { BackupProblem } from '../protocol/index.js';
import { compileRules, ignoreLines, isPattern, type RuleMatcher, type Rules } from './rules.js';

/** Something that belongs to a backup, as it was when the walk passed. */
export interface WalkedEntry {
  path: string;
  type: 'file' | 'directory' | 'symlink';
  size: number;
  mode: number;
  mtimeMs: number;
  uid: number;
  gid: number;
  agent: string | null;
  link?: string;
  /** See `identityOf`. */
  identity: string;
  /** An SQLite database with a log beside it that is not empty: its own bytes alone are not its content. */
  database?: true;
}

export interface Walk {
  /** Sorted so that what is alike stands together: by agent, then by file name ending, then by path. */
  entries: WalkedEntry[];
  problems: BackupProblem[];
  /** The rules with the ignore files that were met. */
  rules: Rules;
}

const SIDECARS = ['-wal', '-shm', '-journal'];
const SIDECAR = /-(?:wal|shm|journal)$/;
const SQLITE_MAGIC = 'SQLite format 3\0';

/**
 * Everything below `start` (relative to the workspace, '' for all of it) that the rules let in. Links are never followed.
 * Synchronous: it runs in a worker thread, where that is several times faster.
 */
export function walkWorkspace(root: string, rules: Rules, start = ''): Walk {
  const walk: Walk = { entries: [], problems: [], rules: { ...rules, ignore: [] } };
  const parents = start === '' ? [''] : start.split('/').map((_, index, parts) => parts.slice(0, index).join('/'));
  let matcher = compileRules(walk.rules);
  for (const parent of parents) matcher = readIgnoreFile(root, parent, walk) ?? matcher;
  if (start !== '') {
    const entry = lookAt(root, start, walk);
    if (entry?.type !== 'directory') return walk;
    walk.entries.push(entry);
  }
  visit(root, start, matcher, walk);
  walk.entries.sort(byLikeness);
  return walk;
}

/** The agent whose directory a path lies in. */
export function agentOfPath(path: string): string | null {
  const [own, agents, agent, below] = path.split('/');
  return own === 'mission-control' && agents === 'agents' && agent && below !== undefined ? agent : null;
}

/** Changes whenever a file's bytes can have changed: ctime moves even when somebody sets mtime back. */
export function identityOf(stat: BigIntStats): string {
  return [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].map((part) => part.toString(36)).join('.');
}

function visit(root: string, directory: string, known: RuleMatcher, walk: Walk): void {
  const matcher = (directory === '' ? null : readIgnoreFile(root, directory, walk)) ?? known;
  let names: string[];
  try {
    names = readdirSync(join(root, directory));
  } catch (error) {
    note(walk, directory, error);
    return;
  }
  const all = new Set(names);
  for (const name of names) {
    const path = directory === '' ? name : `${directory}/${name}`;
    if (name.includes('\uFFFD')) {
      walk.problems.push({ path, kind: 'unreadable', reason: 'its name is not UTF-8' });
      continue;
    }
    // Asked twice so that the rules' answer for plain files, by far the most, needs no lstat of what they leave out.
    if (!matcher.admits(path, false) && !matcher.admits(path, true)) continue;
    const entry = lookAt(root, path, walk);
    if (!entry || !matcher.admits(path, entry.type === 'directory')) continue;
    if (SIDECAR.test(name) && isDatabase(join(root, path.replace(SIDECAR, '')))) continue;
    const logged = entry.type === 'file' && SIDECARS.some((ending) => all.has(name + ending));
    if (logged && isInUse(join(root, path)) && isDatabase(join(root, path))) entry.database = true;
    walk.entries.push(entry);
    if (entry.type === 'directory') visit(root, path, matcher, walk);
  }
}

function lookAt(root: string, path: string, walk: Walk): WalkedEntry | null {
  try {
    const stat = lstatSync(join(root, path), { bigint: true });
    const type = typeOf(stat);
    if (type === null) {
      // A socket is nobody's data; a pipe or a device is worth a word.
      if (!stat.isSocket()) walk.problems.push({ path, kind: 'skipped', reason: 'it is a pipe or a device' });
      return null;
    }
    return {
      path,
      type,
      size: type === 'file' ? Number(stat.size) : 0,
      mode: Number(stat.mode) & 0o7777,
      mtimeMs: Number(stat.mtimeNs / 1_000_000n),
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      agent: agentOfPath(type === 'directory' ? `${path}/` : path),
      identity: identityOf(stat),
      ...(type === 'symlink' && { link: readlinkSync(join(root, path)) }),
    };
  } catch (error) {
    note(walk, path, error);
    return null;
  }
}

function typeOf(stat: BigIntStats): WalkedEntry['type'] | null {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : null;
}

function readIgnoreFile(root: string, directory: string, walk: Walk): RuleMatcher | null {
  try {
    const found = ignoreLines(readFileSync(join(root, directory, '.mcignore'), 'utf8'));
    const lines = found.filter(isPattern);
    for (const line of found.filter((each) => !isPattern(each))) {
      const reason = `its line ${JSON.stringify(line.slice(0, 40))} names nothing`;
      walk.problems.push({ path: join(directory, '.mcignore'), kind: 'skipped', reason });
    }
    if (lines.length === 0) return null;
    walk.rules.ignore.push({ base: directory, lines });
    return compileRules(walk.rules);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') note(walk, join(directory, '.mcignore'), error);
    return null;
  }
}

function note(walk: Walk, path: string, error: unknown): void {
  const reason = errnoOf(error) ?? String(error);
  walk.problems.push({ path, kind: reason === 'ENOENT' ? 'vanished' : 'unreadable', reason });
}

/**
 * Whether something lies beside a database that SQLite keeps while it is in use, or that a killed process left. Then the
 * file's own times and size say nothing of its content.
 */
export function isInUse(path: string): boolean {
  return SIDECARS.some((ending) => (lstatSync(path + ending, { throwIfNoEntry: false })?.size ?? 0) > 0);
}

/** Whether a file begins like an SQLite database. */
export function isDatabase(path: string): boolean {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    const head = Buffer.alloc(SQLITE_MAGIC.length);
    return readSync(handle, head, 0, head.length, 0) === head.length && beginsLikeDatabase(head);
  } catch {
    return false;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Whether bytes begin like an SQLite database's. */
export function beginsLikeDatabase(bytes: Buffer): boolean {
  return bytes.length >= SQLITE_MAGIC.length && bytes.toString('latin1', 0, SQLITE_MAGIC.length) === SQLITE_MAGIC;
}

function byLikeness(a: WalkedEntry, b: WalkedEntry): number {
  return (
    compare(a.agent ?? '', b.agent ?? '') || compare(endingOf(a.path), endingOf(b.path)) || compare(a.path, b.path)
  );
}

/** What a file's name ends with, its dot included; '' for none. */
export function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
