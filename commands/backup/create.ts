import { Flags } from '@oclif/core';
import { backupCard, backupsThere, McCommand, problemsText, progressLine } from '../../src/cli/index.js';
import { EXIT } from '../../src/protocol/index.js';

export default class BackupCreate extends McCommand {
  static override summary = 'Make a full backup, or one of a single agent';
  static override description = 'Prints what was made; with --quiet only its id.';
  static override configFaults = 'fatal' as const;
  static override exits = ['noServer', 'notFound', 'checkFailed', 'busy', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> backup create --label "before the upgrade"',
    '<%= config.bin %> backup create --agent builder --json',
  ];
  static override flags = {
    agent: Flags.string({ description: 'Only this agent’s directory', helpValue: 'ID' }),
    label: Flags.string({ description: 'What it is for' }),
    exclude: Flags.string({
      description: 'Leave out, as in .gitignore; can be repeated',
      helpValue: 'GLOB',
      multiple: true,
    }),
    'include-secrets': Flags.boolean({ description: 'Take .env files, keys and the like as well' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(BackupCreate);
    const desk = await this.open(flags);
    const { openCommandBackups } = backupsThere(desk.config) ?? (await import('../../src/backup/index.js'));
    const backups = await openCommandBackups(desk.config, (text) => desk.note(text));
    const progress = progressLine(process.stderr, flags.quiet);
    const options = {
      agent: flags.agent ?? null,
      label: flags.label ?? null,
      exclude: flags.exclude ?? [],
      ...(flags['include-secrets'] && { includeSecrets: true }),
    };
    const backup = await backups.create(options, progress.update).finally(() => progress.clear());
    desk.result(backup, () => (flags.quiet ? backup.id : backupCard(backup, desk.terminal, Date.now())));
    const problems = problemsText(backup.problems);
    if (problems !== null) desk.note(problems);
    if (backup.partial) process.exitCode = EXIT.failed;
  }
}
