import { Args, Flags } from '@oclif/core';
import { McError } from '../../src/base/index.js';
import { backupsThere, McCommand, progressLine, verifyText } from '../../src/cli/index.js';
import { EXIT } from '../../src/protocol/index.js';

export default class BackupVerify extends McCommand {
  static override summary = 'Verify one backup or all';
  static override exits = ['noServer', 'notFound', 'checkFailed', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> backup verify latest --deep', '<%= config.bin %> backup verify --all'];
  static override args = {
    id: Args.string({ description: 'The backup; latest is the newest full one, never a safety backup' }),
  };
  static override flags = {
    all: Flags.boolean({ description: 'Every backup there is', default: false }),
    deep: Flags.boolean({ description: 'Compare every file with its manifest' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackupVerify);
    const output = await this.open(flags);
    const { openCommandBackups } = backupsThere(output.config) ?? (await import('../../src/backup/index.js'));
    const backups = await openCommandBackups(output.config, (text) => output.note(text));
    if ((args.id === undefined) !== flags.all) throw new McError('usage', 'name one backup, or say --all');
    const progress = progressLine(process.stderr, flags.quiet);
    const work =
      args.id === undefined
        ? backups.verifyAll(flags.deep, progress.update)
        : backups.verify(args.id, flags.deep, progress.update);
    const found = await work.finally(() => progress.clear());
    const reports = Array.isArray(found) ? found : [found];
    output.result(Array.isArray(found) ? { reports } : found, () => reports.map(verifyText).join('\n'));
    if (reports.some((report) => !report.ok)) process.exitCode = EXIT.checkFailed;
  }
}
