import { Args } from '@oclif/core';
import { backupCard, McCommand, progressLine } from '../../src/cli/index.js';

export default class BackupImport extends McCommand {
  static override summary = 'Take an archive in after verifying it';
  static override here = 'workspace' as const;
  static override exits = ['notFound', 'checkFailed', 'busy'] as const;
  static override examples = ['<%= config.bin %> backup import /mnt/usb/backup_20261123_033945_267.tar.gz'];
  static override args = { file: Args.string({ description: 'The archive', required: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupImport);
    const output = await this.open(flags);
    const { openCommandBackups } = await import('../../src/backup/index.js');
    const backups = await openCommandBackups(output.config, (text) => output.note(text));
    const progress = progressLine(process.stderr, flags.quiet);
    const backup = await backups.importFrom(args.file, progress.update).finally(() => progress.clear());
    output.result(backup, () => backupCard(backup, output.terminal, Date.now()));
  }
}
