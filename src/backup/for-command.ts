import { type Config, systemClock, toMcError, workspaceLayout } from '../base/index.js';
import type { RecoveryReport } from '../protocol/index.js';
import { type Backups, openBackups } from './backups.js';

/**
 * The backups of the workspace that a command works on. A restore that was killed is ended first, and `tell` says so.
 * @throws McError `workspace.missing`, `state.unreadable`
 */
export async function openCommandBackups(config: Config, tell: (text: string) => void): Promise<Backups> {
  const onRecovery = (report: RecoveryReport) =>
    tell(`The restore of ${report.id} had been interrupted: it was ${report.outcome} (${report.files} files).`);
  const layout = workspaceLayout(config.workspace);
  const backups = await openBackups({ layout, settings: config.values, clock: systemClock, onRecovery });
  try {
    await backups.recover();
  } catch (thrown) {
    const error = toMcError(thrown);
    // Somebody is at it: a restore under way, or another command that ends the same one.
    if (error.code !== 'busy') throw error;
  }
  return backups;
}
