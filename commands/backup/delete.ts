import { Args, Flags } from '@oclif/core';
import { backupCard, backupsThere, confirm, McCommand } from '../../src/cli/index.js';
import { sizeText } from '../../src/protocol/index.js';

export default class BackupDelete extends McCommand {
  static override summary = 'Delete one backup';
  static override exits = ['noServer', 'notFound', 'busy', 'notAllowed', 'interrupted'] as const;
  static override examples = ['<%= config.bin %> backup delete 20261123_033945_267'];
  static override args = {
    id: Args.string({
      description: 'The backup; latest is the newest full one, never a safety backup',
      required: true,
    }),
  };
  static override flags = {
    'dry-run': Flags.boolean({ description: 'Only show which one it is' }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupDelete);
    const output = await this.open(flags);
    const { openCommandBackups } = backupsThere(output.config) ?? (await import('../../src/backup/index.js'));
    const backups = await openCommandBackups(output.config, (text) => output.note(text));
    const backup = await backups.get(args.id);
    if (flags['dry-run']) return output.result(backup, () => backupCard(backup, output.terminal, Date.now()));
    await confirm(`Delete ${backup.id} (${sizeText(backup.size_bytes)})?`, flags.yes);
    await backups.remove(backup.id);
    output.result({ success: true, deleted: backup.id }, () => `deleted ${backup.id}`);
  }
}
