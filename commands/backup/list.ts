import { Flags } from '@oclif/core';
import { backupsTable, backupsThere, McCommand, nextBackupAt, WATCH_FLAG, watchList } from '../../src/cli/index.js';

export default class BackupList extends McCommand {
  static override summary = 'List all backups, oldest first';
  static override exits = ['noServer', 'notAllowed', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> backup list',
    '<%= config.bin %> backup list --json',
    '<%= config.bin %> backup list --watch',
  ];
  static override flags = {
    ...WATCH_FLAG,
    type: Flags.string({ description: 'Only backups of this type', options: ['full', 'agent_state', 'snapshot'] }),
  };

  async run(): Promise<void> {
    const {
      flags: { watch, ...flags },
    } = await this.parse(BackupList);
    const output = await this.open(flags);
    const ask = async () => {
      const { openCommandBackups } = backupsThere(output.config) ?? (await import('../../src/backup/index.js'));
      const backups = await openCommandBackups(output.config, (text) => output.note(text));
      const all = await backups.list();
      const wanted = all.filter((backup) => flags.type === undefined || backup.backup_type === flags.type);
      const value = { backups: wanted, next_at: await nextBackupAt(output.config) };
      return { value, text: () => backupsTable(wanted, output.terminal, Date.now()), all, wanted };
    };
    if (watch) return watchList(output, ['backup_update'], ask);
    const { value, text, all, wanted } = await ask();
    output.result(value, text);
    if (all.length === 0) output.note('no backups yet: mc backup create makes one');
    else if (wanted.length === 0) output.note(`none of type ${flags.type}; without --type ${all.length} are listed`);
  }
}
