import { Args } from '@oclif/core';
import { drillText, McCommand, progressLine } from '../../src/cli/index.js';
import { EXIT } from '../../src/protocol/index.js';

export default class BackupDrill extends McCommand {
  static override summary = 'Prove a backup: restore it into a temporary folder and compare';
  static override here = 'workspace' as const;
  static override exits = ['notFound', 'checkFailed', 'busy'] as const;
  static override examples = ['<%= config.bin %> backup drill', '<%= config.bin %> backup drill 20261123_033945_267'];
  static override args = { id: Args.string({ description: 'The backup; the newest sound one unless named' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupDrill);
    const output = await this.open(flags);
    const { openCommandBackups } = await import('../../src/backup/index.js');
    const backups = await openCommandBackups(output.config, (text) => output.note(text));
    const progress = progressLine(process.stderr, flags.quiet);
    const report = await backups.drill(args.id, progress.update).finally(() => progress.clear());
    output.result(report, () => drillText(report));
    if (!report.ok) process.exitCode = EXIT.checkFailed;
  }
}
