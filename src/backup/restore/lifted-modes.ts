import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { at, type Ground, lstatOf } from './ground.js';
import type { Attributes, Journal, LiftedMode, Step } from './journal.js';

/** What an owner needs to work in a directory. */
const WORK = 0o700;

/**
 * The directories that stand and that the steps rename in, and whose owner (we) has no right to write there: git's objects and
 * Go's module cache are such. They get it for the work and lose it again.
 */
export function modesToLift(ground: Ground, steps: readonly Step[]): LiftedMode[] {
  const directories = new Set(
    steps.flatMap((step) => ('aside' in step ? [dirname(step.path), dirname(step.aside)] : [dirname(step.path)])),
  );
  const lent: LiftedMode[] = [];
  for (const path of directories) {
    const stat = lstatOf(at(ground, path));
    if (!stat?.isDirectory() || stat.uid !== process.geteuid?.()) continue;
    const mode = stat.mode & 0o7777;
    if ((mode & WORK) !== WORK) lent.push({ path, mode });
  }
  return lent;
}

/** Makes them writable for their owner. May be done again. */
export function liftModes({ lent = [], ...ground }: Journal): void {
  for (const { path, mode } of lent) change(at(ground, path), mode, mode | WORK);
}

/** Takes the right back, deepest first. `but`: what gets the mode of the backup instead. */
export function lowerModes({ lent = [], ...ground }: Journal, but: readonly Attributes[] = []): void {
  const known = new Set(but.map(({ path }) => path));
  for (const { path, mode } of lent.toSorted((a, b) => b.path.length - a.path.length)) {
    if (!known.has(path)) change(at(ground, path), mode | WORK, mode);
  }
}

function change(path: string, from: number, to: number): void {
  const stat = lstatOf(path);
  // Another mode than the one we know was set by another process.
  if (!stat?.isDirectory() || (stat.mode & 0o7777) !== from) return;
  try {
    chmodSync(path, to);
  } catch {
    // Then a step in it fails, and says of which path.
  }
}
