import { type Config, systemClock, toMcError, workspaceLayout } from '../base/index.js';
import type { RecoveryReport } from '../protocol/index.js';
import { type Backups, openBackups } from './backups.js';

/**
 * The backups of the workspace that a command works on. A restore that was killed is ended first, and `tell` says so.
 * Where that cannot be done the command goes on, because what it shows or saves is what helps then; only one that needs the
 * place for itself (`strict`: another restore) does not.
 * @throws McError `workspace.missing`, `config.invalid`, and if strict what keeps that restore from its end
 */
export async function openCommandBackups(
  config: Config,
  note: (text: string) => void,
  { strict = false } = {},
): Promise<Backups> {
  const onRecovery = ({ id, outcome, files, reason }: RecoveryReport) => {
    note(`The restore of ${id} had been interrupted: it was ${outcome} (${files} files).`);
    if (reason !== undefined) note(reason);
  };
  const layout = workspaceLayout(config.workspace);
  const backups = await openBackups({ layout, settings: config.values, clock: systemClock, onRecovery });
  try {
    await backups.recover();
  } catch (thrown) {
    const error = toMcError(thrown);
    // Somebody is at it: a restore under way, or another command that ends the same one.
    if (error.code === 'busy') return backups;
    if (strict) throw error;
    note(error.hint === null ? error.message : `${error.message}\n${error.hint}`);
  }
  return backups;
}
