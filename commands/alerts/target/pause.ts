import { Args, Flags } from '@oclif/core';
import { McCommand } from '../../../src/cli/index.js';

export default class AlertsTargetPause extends McCommand {
  static override summary = 'Pause a target, or go on with it (--resume)';
  static override here = 'machine' as const;
  static override configFaults = 'own' as const;
  static override description =
    'Alerts that begin meanwhile are not sent to it later; what waited already goes when it is resumed.';
  static override exits = ['notFound', 'busy'] as const;
  static override examples = [
    '<%= config.bin %> alerts target pause phone',
    '<%= config.bin %> alerts target pause phone --resume',
  ];
  static override args = { target: Args.string({ description: 'Its name', required: true }) };
  static override flags = { resume: Flags.boolean({ description: 'Go on with it' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsTargetPause);
    const output = await this.open(flags);
    const file = await import('../../../src/alerts/delivery/target-file.js');
    const paused = !flags.resume;
    await file.pauseTarget(output.config.values.alertsFile ?? file.alertsFilePath(), args.target, paused);
    output.result({ success: true, target: args.target, paused }, () =>
      paused ? `paused ${args.target}` : `${args.target} goes on`,
    );
  }
}
