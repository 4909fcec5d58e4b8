import { Args, Flags } from '@oclif/core';
import { confirm, McCommand } from '../../../src/cli/index.js';

export default class AlertsTargetRemove extends McCommand {
  static override summary = 'Remove a target: alerts go there no more';
  static override here = 'machine' as const;
  static override configFaults = 'own' as const;
  static override description = 'What waits for it is dropped.';
  static override exits = ['notFound', 'busy', 'interrupted'] as const;
  static override examples = ['<%= config.bin %> alerts target remove ops --yes'];
  static override args = { target: Args.string({ description: 'Its name', required: true }) };
  static override flags = {
    'dry-run': Flags.boolean({ description: 'Only show which one it would be' }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsTargetRemove);
    const output = await this.open(flags);
    const file = await import('../../../src/alerts/delivery/target-file.js');
    const path = output.config.values.alertsFile ?? file.alertsFilePath();
    const removed = file.shownTarget(file.mustHave(file.readTargets(path), args.target));
    const what = `${removed.name} (${removed.url})`;
    if (flags['dry-run']) {
      return output.result({ success: true, dry_run: true, removed }, () => `would remove ${what}`);
    }
    if (!flags.yes) await confirm(`Remove ${what}?`, false);
    await file.removeTarget(path, args.target);
    output.result({ success: true, removed }, () => `removed ${what}`);
  }
}
