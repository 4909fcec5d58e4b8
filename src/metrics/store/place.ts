import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, isWithin, kindOfFile, LEADS_OUT, McError } from '../../base/index.js';

/** What SQLite opens beside a database: its log, the index of that, and the log of older databases. */
export const COMPANIONS = ['-wal', '-shm', '-journal'] as const;
type Companion = (typeof COMPANIONS)[number];

/** What lies where a database or one of its companions should be, and must never be opened. */
export interface Obstacle {
  suffix: Companion | '';
  /** With its article: "a FIFO". */
  what: string;
}

/**
 * The real directories that are the workspace of a database (`mission-control/backend/data/metrics.db` below its root), as
 * they are now: links that are put there later lead out.
 */
export function rootsAround(database: string): string[] {
  const missionControl = dirname(dirname(dirname(database)));
  const roots = [dirname(missionControl), missionControl].flatMap((path) => realOf(path) ?? []);
  return [...new Set(roots)];
}

/**
 * Looks before SQLite opens: a FIFO would be waited for, and a link would be followed out of the workspace. Nothing is
 * opened here, nothing throws but for what must be mended by hand.
 * @throws McError `file.refused` when its directory leads out, `io` when it is a directory itself
 */
export function obstaclesAt(database: string, roots: readonly string[]): Obstacle[] {
  const directory = dirname(database);
  for (const path of [dirname(directory), directory]) {
    if (!isTaken(path)) return [];
    if (isWithin(realOf(path) ?? '', roots)) continue;
    throw new McError('file.refused', `${path} is reached by a ${LEADS_OUT}`, { hint: 'put a directory there' });
  }
  const obstacles: Obstacle[] = [];
  for (const suffix of ['', ...COMPANIONS] as const) {
    const what = obstacleOf(database + suffix, suffix === '' ? roots : []);
    if (what === 'a directory') {
      throw new McError('io', `${database + suffix} is a directory`, { hint: 'move it away' });
    }
    if (what !== null) obstacles.push({ suffix, what });
  }
  return obstacles;
}

/** What stands in the way of a database, in words; empty when nothing does. For whoever only looks. */
export function faultsOfPlace(database: string): string[] {
  try {
    return obstaclesAt(database, rootsAround(database)).map(({ suffix, what }) => `${database}${suffix} is ${what}`);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** The file at a path, as `sameFile` compares it; null when nothing can be found there. */
export function fileAt(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** True when anything bears that name, a link that leads nowhere included. */
export function isTaken(path: string): boolean {
  return lookAt(path) !== null;
}

/** null: a regular file, or nothing. A link may lead to a regular file within the roots. */
function obstacleOf(path: string, roots: readonly string[]): string | null {
  const stats = lookAt(path);
  if (stats === null || stats.isFile()) return null;
  if (!stats.isSymbolicLink()) return kindOfFile(stats);
  const real = realOf(path);
  if (real === null) return 'a symbolic link that leads nowhere';
  if (!isWithin(real, roots)) return `a ${LEADS_OUT}`;
  const target = lookAt(real);
  return target === null || target.isFile() ? null : kindOfFile(target);
}

function lookAt(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
