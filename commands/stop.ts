import { Flags } from '@oclif/core';
import { McCommand, readWait, stopBackground, stoppedText, watchSignals } from '../src/cli/index.js';

export default class Stop extends McCommand {
  static override summary = 'Stop the server, and wait until it has ended';
  static override here = 'server' as const;
  static override description =
    'Ends the server of the workspace, in the background or not, and makes sure that it is gone. When nothing runs it says so (0).';
  static override exits = ['busy', 'interrupted'] as const;
  static override examples = ['<%= config.bin %> stop', '<%= config.bin %> stop --workspace ./office --grace 2m'];
  static override flags = {
    grace: Flags.string({
      helpValue: 'DURATION',
      description: 'How long it may take to end before it is killed',
      default: '30s',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Stop);
    const output = await this.open(flags);
    const { signal } = watchSignals();
    const stopped = await stopBackground(output.config, { graceMs: readWait('--grace', flags.grace), signal });
    output.result(stopped, () => stoppedText(stopped));
  }
}
