import { renameSync, rmSync } from 'node:fs';
import { errnoOf } from '../../base/index.js';
import { fingerprintAt, numbered, putNew, removeEmpty } from './aside.js';
import { at, type Ground, lstatOf } from './ground.js';
import type { Journal, Step } from './journal.js';

/**
 * Takes the steps of a swap back that could not go on, last first; those that were not done are passed over, so it can be
 * done again. What another process has written since stays: then what was there before remains aside.
 * @throws the system's error when it cannot go back either
 */
export async function undo({ steps, ...ground }: Pick<Journal, 'root' | 'links' | 'steps'>): Promise<void> {
  let fault: unknown = null;
  // One that cannot be taken back must not keep the others from it: they are tried all, and the first reason is thrown.
  for (const step of steps.toReversed()) {
    try {
      await undoStep(ground, step);
    } catch (error) {
      fault ??= error;
    }
  }
  if (fault !== null) throw fault;
}

async function undoStep(ground: Ground, step: Step): Promise<void> {
  const target = at(ground, step.path);
  if (step.do === 'mkdir') removeEmpty(target);
  if (step.do === 'place') await takeOut(target, at(ground, step.staged), step);
  if (step.do === 'place' || step.do === 'displace') bringBack(target, at(ground, step.aside));
}

/** Renames what the swap put in place to its staged name. */
async function takeOut(target: string, staged: string, { content }: Extract<Step, { do: 'place' }>): Promise<void> {
  const there = lstatOf(target);
  const waiting = lstatOf(staged);
  if (!there) return;
  // Interrupted between linking and removing, it has both names.
  if (waiting?.ino === there.ino && waiting.dev === there.dev) rmSync(target);
  else if (!waiting && (await fingerprintAt(target, there)) === content) renameSync(target, staged);
}

/** Gives what was displaced its name again; of several the last, which would stand there without us. */
function bringBack(target: string, aside: string): void {
  let number = 0;
  while (lstatOf(numbered(aside, number + 1))) number += 1;
  const last = numbered(aside, number);
  if (lstatOf(target) || !lstatOf(last)) return;
  try {
    putNew(last, target);
  } catch (error) {
    // Its directory is gone: another process has removed it since.
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
  }
}
