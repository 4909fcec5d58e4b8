import { rm } from 'node:fs/promises';
import { mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { syncDirectory } from '../../base/index.js';
import type { RecoveryReport } from '../../protocol/index.js';
import { stampOf } from '../catalog/ids.js';
import { removeTree } from '../remove-tree.js';
import { type Kept, keep, numbered } from './aside.js';
import { at, lstatOf } from './ground.js';
import { type Journal, type JournalScope, readJournal, removeJournal } from './journal.js';
import { lowerModes, liftModes } from './lifted-modes.js';
import { clearStrays } from './strays.js';
import { undo } from './undo.js';

/**
 * Gives up on a restore that can neither be finished nor taken back: puts back what can be, keeps what was replaced, removes
 * what was staged as far as the system lets it, and sets the journal aside. Nothing that another process wrote is removed.
 * @throws the system's error when not even the journal can be moved
 */
export async function giveUp(path: string, scope: JournalScope, now: number): Promise<RecoveryReport> {
  const journal = await readJournal(path, scope).catch(() => null);
  const directory = join(scope.kept, `given-up-${stampOf(now)}`);
  const kept = journal ? await clear(journal, directory) : [];
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const moved = join(directory, basename(path).replace(/^\./, ''));
  renameSync(path, moved);
  await syncDirectory(directory);
  await removeJournal(path);
  const files = journal?.steps.filter((step) => step.do === 'place').length ?? 0;
  return { id: journal?.id ?? 'unknown', outcome: 'given up', files, kept, journal: moved };
}

async function clear(journal: Journal, directory: string): Promise<Kept[]> {
  liftModes(journal);
  // Its first fault is why we are here; the others steps are taken back all the same.
  if (journal.state === 'swapping') await undo(journal).catch(() => {});
  const kept: Kept[] = [];
  for (const step of journal.steps) {
    if (step.do === 'place') await rm(at(journal, step.staged), { force: true }).catch(() => {});
    if (step.do !== 'place' && step.do !== 'displace') continue;
    for (let number = 0; ; number += 1) {
      const aside = numbered(at(journal, step.aside), number);
      if (!lstatOf(aside)) break;
      kept.push({ path: step.path, kept_at: keep(aside, directory, step.path) });
    }
  }
  for (const trial of journal.trials ?? []) await removeTree(at(journal, trial)).catch(() => {});
  kept.push(...clearStrays({ ...journal, kept: directory }));
  lowerModes(journal);
  return kept;
}
