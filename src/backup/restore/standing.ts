import type { Stats } from 'node:fs';
import { posix } from 'node:path';
import { at, type Ground, lstatOf } from './ground.js';

/** A directory that stands where a path leads. */
export interface StandingDirectory {
  /** Relative to the ground; '' for the ground itself. */
  path: string;
  /** Null only for a ground that is yet to be made. */
  stat: Stats | null;
}

/**
 * What stands on disk where paths have their directories, each looked at once however many paths lie below it and however
 * deep. Good for as long as nothing changes there: while a restore is planned.
 */
export class Standing {
  readonly #ground: Ground;
  readonly #stats = new Map<string, Stats | null>();
  readonly #nearest = new Map<string, StandingDirectory>();
  readonly #blocked = new Map<string, boolean>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** The directory's own stat; null when nothing is there. */
  statOf(directory: string): Stats | null {
    let stat = this.#stats.get(directory);
    if (stat === undefined) this.#stats.set(directory, (stat = lstatOf(at(this.#ground, directory))));
    return stat;
  }

  /** The nearest parent of a path that is a directory now: what lies there can be renamed to where it belongs. */
  nearest(path: string): StandingDirectory {
    const parent = posix.dirname(path);
    let found = this.#nearest.get(parent);
    if (found === undefined) {
      const stat = this.statOf(parent);
      if (parent === '.') found = { path: '', stat };
      else found = stat?.isDirectory() ? { path: parent, stat } : this.nearest(parent);
      this.#nearest.set(parent, found);
    }
    return found;
  }

  /** Whether a file or a link stands where one of the path's directories would have to be. */
  isBlocked(path: string): boolean {
    const parent = posix.dirname(path);
    if (parent === '.') return false;
    let blocked = this.#blocked.get(parent);
    if (blocked === undefined) {
      blocked = this.statOf(parent)?.isDirectory() === false || this.isBlocked(parent);
      this.#blocked.set(parent, blocked);
    }
    return blocked;
  }
}
