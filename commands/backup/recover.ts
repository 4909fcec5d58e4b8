import { Flags } from '@oclif/core';
import { McError, systemClock, workspaceLayout } from '../../src/base/index.js';
import { McCommand, recoveryText } from '../../src/cli/index.js';

export default class BackupRecover extends McCommand {
  static override summary = 'End a restore that was interrupted: finish it, take it back, or give up on it';
  static override description =
    'The next mc backup or mc serve does this by itself. This is for a restore that can be neither finished nor taken back, because of a disk that is gone, say: --give-up puts back what can be, keeps everything that had been replaced, and sets the plan aside.';
  static override exits = ['notFound', 'busy'] as const;
  static override examples = [
    '<%= config.bin %> backup recover',
    '<%= config.bin %> backup recover --give-up',
    '<%= config.bin %> backup recover --to /tmp/look',
  ];
  static override flags = {
    back: Flags.boolean({ description: 'Take it back instead of finishing it' }),
    'give-up': Flags.boolean({ description: 'Put back what can be, keep what was replaced, and set the plan aside' }),
    to: Flags.string({ description: 'The directory that was restored into with --to', helpValue: 'DIR' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(BackupRecover);
    if (flags.back && flags['give-up']) throw new McError('usage', 'choose one of --back and --give-up');
    const output = await this.open(flags);
    const { openBackups } = await import('../../src/backup/index.js');
    const layout = workspaceLayout(output.config.workspace);
    const backups = await openBackups({ layout, settings: output.config.values, clock: systemClock });
    const recovery = await backups.recover({
      ...(flags.back && { direction: 'back' as const }),
      giveUp: flags['give-up'],
      to: flags.to ?? null,
    });
    output.result({ success: true, recovery }, () =>
      recovery === null ? 'no restore was interrupted: nothing is to be done' : recoveryText(recovery),
    );
  }
}
