import { Args } from '@oclif/core';
import { McCommand, testTarget } from '../../../src/cli/index.js';

export default class AlertsTargetTest extends McCommand {
  static override summary = 'Send a real test to a target, once';
  static override description =
    'Ends with 1 when it did not arrive, and says why. A target that was switched off (410) is used again once a test arrives.';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> alerts target test ops'];
  static override args = { target: Args.string({ description: 'Its name', required: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsTargetTest);
    await testTarget(await this.open(flags), args.target);
  }
}
