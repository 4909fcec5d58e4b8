import { newestBackup, type NewestChoice, readBackups, type LooseBackup } from '../../protocol/index.js';
import { applyFilter } from '../../view/index.js';
import { pollOf } from '../link/answers.js';
import type { Listed } from '../list.js';
import type { Model } from '../model.js';
import { BACKUPS } from '../polls.js';

/** The catalogue, filtered, newest first. */
export const backupList: Listed<LooseBackup> = {
  name: 'backups',
  rows: (model) =>
    applyFilter(readBackups(pollOf(model.data, BACKUPS).value).backups, model.lists.backups.filter, (row) => [
      row.id,
      row.backup_type,
      row.agent ?? '',
      row.label ?? '',
    ]),
  key: ({ id }) => id,
};

/** The newest backup that holds this agent alone, else the newest full one; never what a restore replaced. */
export function newestFor(model: Model, agent: string): LooseBackup | null {
  const { backups: all } = readBackups(pollOf(model.data, BACKUPS).value);
  const newest = (choice: NewestChoice) => newestBackup(all, choice, model.data.now);
  return newest({ type: 'agent_state', agent }) ?? newest({ type: 'full' });
}
