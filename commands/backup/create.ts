import { Flags } from '@oclif/core';
import { systemClock, workspaceLayout } from '../../src/base/index.js';
import type { Backups } from '../../src/backup/index.js';
import {
  backupCard,
  backupsThere,
  type CommandOutput,
  McCommand,
  onlyHere,
  previewText,
  problemsText,
  progressLine,
} from '../../src/cli/index.js';
import { EXIT } from '../../src/protocol/index.js';

export default class BackupCreate extends McCommand {
  static override summary = 'Make a full backup, or one of a single agent';
  static override description =
    'Prints what was made; with --quiet only its id. With --dry-run it only says what would be taken and left out.';
  static override configFaults = 'fatal' as const;
  static override exits = ['noServer', 'notFound', 'checkFailed', 'busy', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> backup create --label "before the upgrade"',
    '<%= config.bin %> backup create --agent builder --json',
    '<%= config.bin %> backup create --dry-run',
  ];
  static override flags = {
    agent: Flags.string({ description: 'Only this agent’s directory', helpValue: 'ID' }),
    label: Flags.string({ description: 'What it is for' }),
    exclude: Flags.string({
      description: 'Leave out, as in .gitignore; can be repeated',
      helpValue: 'GLOB',
      multiple: true,
    }),
    'dry-run': Flags.boolean({ description: 'Only show what it would hold and leave out' }),
    'include-secrets': Flags.boolean({ description: 'Take .env files, keys and the like as well' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(BackupCreate);
    const output = await this.open(flags);
    const options = {
      agent: flags.agent ?? null,
      label: flags.label ?? null,
      exclude: flags.exclude ?? [],
      ...(flags['include-secrets'] && { includeSecrets: true }),
    };
    if (flags['dry-run']) return preview(output, options);
    const { openCommandBackups } = backupsThere(output.config) ?? (await import('../../src/backup/index.js'));
    const backups = await openCommandBackups(output.config, (text) => output.note(text));
    const progress = progressLine(process.stderr, flags.quiet);
    const backup = await backups.create(options, progress.update).finally(() => progress.clear());
    output.result(backup, () => (flags.quiet ? backup.id : backupCard(backup, output.terminal, Date.now())));
    const problems = problemsText(backup.problems);
    if (problems !== null) output.note(problems);
    if (backup.partial) process.exitCode = EXIT.failed;
  }
}

/** Only looks: not even a restore that was interrupted is ended. */
async function preview(output: CommandOutput, options: Parameters<Backups['preview']>[0]): Promise<void> {
  if (backupsThere(output.config) !== null) throw onlyHere('--dry-run');
  const { openBackups } = await import('../../src/backup/index.js');
  const layout = workspaceLayout(output.config.workspace);
  const backups = await openBackups({ layout, settings: output.config.values, clock: systemClock });
  const seen = await backups.preview(options);
  output.result(seen, () => previewText(seen));
  const problems = problemsText(seen.problems);
  if (problems !== null) output.note(problems);
}
