import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RecoveryReport } from '../../protocol/index.js';
import { acquireLock, McError } from '../../base/index.js';
import { type BackupContext, recoverHere, scopeHere, withLock } from './context.js';
import { lockBackups } from '../catalog/places.js';
import { groundElsewhere } from '../restore/ground.js';
import { giveUp } from '../restore/give-up.js';
import { hasJournal, type JournalScope } from '../restore/journal.js';
import { type Direction, recover } from '../restore/swap.js';
import { targetFiles } from './target.js';

export interface RecoverOptions {
  /** `back`: what was swapped already is taken back. */
  direction?: Direction;
  /** Puts back what can be, keeps what was replaced, and sets the journal aside: for one that can be ended in no other way. */
  giveUp?: boolean;
  /** The directory that was restored into, when it was not the workspace. */
  to?: string | null;
}

/**
 * Ends a restore that was killed; null when there was none.
 * @throws McError `busy`, `state.unreadable`, `file.not_found`, or what keeps it from its end
 */
export async function recoverRestore(context: BackupContext, options: RecoverOptions): Promise<RecoveryReport | null> {
  const { direction, giveUp: givesUp = false, to = null } = options;
  if (to !== null) return recoverElsewhere(context, to, options);
  const { journal } = context.files;
  if (!(await hasJournal(journal))) return null;
  if (!givesUp && direction === undefined) {
    let found: RecoveryReport | null = null;
    const onRecovery = (report: RecoveryReport) => {
      found = report;
      context.onRecovery(report);
    };
    await withLock({ ...context, onRecovery }, 'backup recovery', async () => {}, true);
    return found;
  }
  const lock = await lockBackups(context.files, 'backup recovery', context.clock.now());
  try {
    const report = givesUp
      ? await giveUp(journal, await scopeAnyhow(context), context.clock.now())
      : await recoverHere(context, direction);
    if (report) context.onRecovery(report);
    return report;
  } finally {
    await lock.release();
  }
}

async function recoverElsewhere(
  context: BackupContext,
  to: string,
  { direction, giveUp: givesUp = false }: RecoverOptions,
): Promise<RecoveryReport | null> {
  const root = await realpath(resolve(to)).catch(() => null);
  if (root === null)
    throw new McError('file.not_found', `there is no directory ${to}`, { hint: 'name it as --to did' });
  const files = targetFiles(root);
  if (!(await hasJournal(files.journal))) return null;
  const lock = await acquireLock(files.lock, 'backup recovery', context.clock.now());
  const scope: JournalScope = { ...groundElsewhere(root), kept: files.kept };
  try {
    return givesUp
      ? await giveUp(files.journal, scope, context.clock.now())
      : await recover(files.journal, scope, direction);
  } finally {
    await lock.release();
  }
}

/** Where mission-control leads nowhere any more, nothing of the plan can be done; setting it aside can. */
async function scopeAnyhow(context: BackupContext): Promise<JournalScope> {
  return scopeHere(context).catch(() => ({ ...groundElsewhere(context.layout.root), kept: context.files.kept }));
}
