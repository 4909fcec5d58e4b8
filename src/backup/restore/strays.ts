import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Kept, keep } from './aside.js';
import { at, lstatOf } from './ground.js';
import type { Journal } from './journal.js';

/**
 * Finds the files aside of a restore that are not where they were put: another process renamed a directory while it was at work, and
 * they went along. What was staged goes; what was displaced is kept. Once everything is taken back each staged file must be
 * there again: only if one is missing is the workspace searched.
 */
export function clearStrays({ tag, steps, kept, ...ground }: Journal): Kept[] {
  const isMissing = steps.some((step) => step.do === 'place' && !lstatOf(at(ground, step.staged)));
  if (tag === undefined || !isMissing) return [];
  const known = new Set(steps.flatMap((step) => (step.do === 'place' ? [at(ground, step.staged)] : [])));
  const found: Kept[] = [];
  for (const root of new Set([ground.root, ...Object.values(ground.links)])) {
    for (const path of namesWith(root, `.${tag}.`)) {
      const full = join(root, path);
      if (full.endsWith('.new.mc-tmp') && !known.has(full)) rmSync(full, { force: true });
      if (full.endsWith('.old.mc-tmp')) found.push({ path, kept_at: kept === null ? full : keep(full, kept, path) });
    }
  }
  return found;
}

/** Paths below a directory whose names hold a text. Links are not followed; what cannot be read is passed over. */
function namesWith(root: string, text: string, directory = ''): string[] {
  let names: string[];
  try {
    names = readdirSync(join(root, directory));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const path = join(directory, name);
    if (name.includes(text)) return [path];
    return lstatSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ? namesWith(root, text, path) : [];
  });
}
