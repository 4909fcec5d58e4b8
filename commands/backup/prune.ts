import { Flags } from '@oclif/core';
import { McError, parseDuration } from '../../src/base/index.js';
import { confirm, McCommand, prunedText, pruneText } from '../../src/cli/index.js';

export default class BackupPrune extends McCommand {
  static override summary = 'Delete backups that no rule wants to keep';
  static override here = 'workspace' as const;
  static override configFaults = 'fatal' as const;
  static override exits = ['busy', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> backup prune --dry-run',
    '<%= config.bin %> backup prune --keep-within 30d --keep-last 5 --yes',
  ];
  static override flags = {
    'keep-within': Flags.string({ description: 'Keep what is younger', helpValue: 'DURATION' }),
    'keep-last': Flags.integer({ description: 'Keep the last of each kind', helpValue: 'N', min: 1 }),
    'keep-daily': Flags.integer({ description: 'Keep the last of so many days', helpValue: 'N', min: 0 }),
    'keep-weekly': Flags.integer({ description: 'Keep the last of so many weeks', helpValue: 'N', min: 0 }),
    'keep-monthly': Flags.integer({ description: 'Keep the last of so many months', helpValue: 'N', min: 0 }),
    'include-foreign': Flags.boolean({ description: 'Also those of the old system and imports' }),
    'dry-run': Flags.boolean({ description: 'Only explain each decision' }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(BackupPrune);
    const output = await this.open(flags);
    const { openCommandBackups } = await import('../../src/backup/index.js');
    const backups = await openCommandBackups(output.config, (text) => output.note(text));
    const keepWithin = flags['keep-within'] === undefined ? undefined : parseDuration(flags['keep-within']);
    if (keepWithin === null) throw new McError('usage', '--keep-within takes a duration such as 7d or 24h');
    const policy = {
      ...(keepWithin !== undefined && { keepWithin }),
      ...(flags['keep-last'] !== undefined && { keepLast: flags['keep-last'] }),
      ...(flags['keep-daily'] !== undefined && { keepDaily: flags['keep-daily'] }),
      ...(flags['keep-weekly'] !== undefined && { keepWeekly: flags['keep-weekly'] }),
      ...(flags['keep-monthly'] !== undefined && { keepMonthly: flags['keep-monthly'] }),
      foreign: flags['include-foreign'],
    };
    // Decisions that were shown before the question are not shown again.
    let shown: string | null = null;
    if (!flags.yes || flags['dry-run']) {
      const seen = await backups.prune({ ...policy, dryRun: true });
      if (flags['dry-run']) return output.result(seen, () => pruneText(seen, output.terminal));
      if (seen.decisions.some((decision) => !decision.keep)) {
        output.note(pruneText(seen, output.terminal));
        shown = JSON.stringify(seen.decisions);
        await confirm('Delete them?', false);
      }
    }
    const report = await backups.prune(policy);
    output.result(report, () =>
      shown === JSON.stringify(report.decisions) ? prunedText(report) : pruneText(report, output.terminal),
    );
  }
}
