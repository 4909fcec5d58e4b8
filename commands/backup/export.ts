import { Args } from '@oclif/core';
import { cleanText, McCommand } from '../../src/cli/index.js';

export default class BackupExport extends McCommand {
  static override summary = 'Copy a backup out, checked';
  static override here = 'workspace' as const;
  static override exits = ['notFound', 'checkFailed'] as const;
  static override examples = ['<%= config.bin %> backup export latest /mnt/usb/'];
  static override args = {
    id: Args.string({
      description: 'The backup; latest is the newest full one, never a safety backup',
      required: true,
    }),
    file: Args.string({ description: 'The file, or a directory', required: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupExport);
    const output = await this.open(flags);
    const { openCommandBackups } = await import('../../src/backup/index.js');
    const backups = await openCommandBackups(output.config, (text) => output.note(text));
    const { backup, file } = await backups.exportTo(args.id, args.file);
    output.result({ ...backup, file }, () => cleanText(`${backup.id} is in ${file}`));
  }
}
