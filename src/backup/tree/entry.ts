import { type BigIntStats, lstatSync } from 'node:fs';
import { join } from 'node:path';

/** What the file system and a tar header alike say of an entry. */
export interface EntryFacts {
  path: string;
  type: 'file' | 'directory' | 'symlink';
  size: number;
  mode: number;
  mtimeMs: number;
  uid: number;
  gid: number;
  /** Where a link points. */
  link?: string;
}

/** Something that belongs to a backup, as it was when the walk passed. */
export interface WalkedEntry extends EntryFacts {
  agent: string | null;
  /** See `identityOf`. */
  identity: string;
  /** Of a file that is nearly all hole: bytes of its size that take no room on the disk. */
  hole?: number;
  /** An SQLite database with a log beside it that is not empty: its own bytes alone are not its content. */
  database?: true;
}

/** The last moment, and the first, that a JavaScript date can hold. */
export const LAST_MS = 8.64e15;

/** What takes less of the disk than this share of its size is nearly all hole. No file system packs what is written so small. */
const WRITTEN_SHARE = 0.01;
/** In smaller files holes do not matter, in bytes. */
const HOLES_FROM = 4 * 1024 * 1024;
/** What `stat` counts blocks in, in bytes. */
const BLOCK = 512;

/** The agent whose directory a path lies in. */
function agentOfPath(path: string): string | null {
  const [own, agents, agent, below] = path.split('/');
  return own === 'mission-control' && agents === 'agents' && agent && below !== undefined ? agent : null;
}

/** Changes whenever a file's bytes can have changed: ctime moves even when another process sets mtime back. */
export function identityOf(stat: BigIntStats): string {
  return [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].map((part) => part.toString(36)).join('.');
}

/** A regular file as it is now; null when none is there. */
export function lookAtFile(root: string, path: string): WalkedEntry | null {
  const stat = lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false });
  return stat?.isFile() ? entryOf(path, 'file', stat) : null;
}

/** An entry as its stat has it. */
export function entryOf(path: string, type: WalkedEntry['type'], stat: BigIntStats, link?: string): WalkedEntry {
  return {
    path,
    type,
    size: type === 'file' ? Number(stat.size) : 0,
    mode: Number(stat.mode) & 0o7777,
    mtimeMs: timeOf(stat),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    agent: agentOfPath(type === 'directory' ? `${path}/` : path),
    identity: identityOf(stat),
    ...(link !== undefined && { link }),
    ...holeIn(type, stat),
  };
}

function holeIn(type: WalkedEntry['type'], { size, blocks }: BigIntStats): { hole?: number } {
  const written = Number(blocks) * BLOCK;
  const isHole = type === 'file' && size > HOLES_FROM && written < Number(size) * WRITTEN_SHARE;
  return isHole ? { hole: Number(size) - written } : {};
}

/** When a file was written, in whole milliseconds; what no date can hold becomes the last moment that one can. */
export function timeOf({ mtimeNs }: BigIntStats): number {
  // Division cuts towards zero, which before 1970 is later.
  const whole = mtimeNs < 0n ? (mtimeNs - 999_999n) / 1_000_000n : mtimeNs / 1_000_000n;
  return Math.max(-LAST_MS, Math.min(LAST_MS, Number(whole)));
}

/** What a file's name ends with, its dot included; '' for none. */
export function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}
