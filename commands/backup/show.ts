import { Args } from '@oclif/core';
import { backupCard, backupsThere, McCommand } from '../../src/cli/index.js';

export default class BackupShow extends McCommand {
  static override summary = 'Show one backup';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> backup show latest'];
  static override args = {
    id: Args.string({
      description: 'The backup; latest is the newest full one, never a safety backup',
      required: true,
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupShow);
    const output = await this.open(flags);
    const { openCommandBackups } = backupsThere(output.config) ?? (await import('../../src/backup/index.js'));
    const backups = await openCommandBackups(output.config, (text) => output.note(text));
    const backup = await backups.get(args.id);
    output.result(backup, () => backupCard(backup, output.terminal, Date.now()));
  }
}
