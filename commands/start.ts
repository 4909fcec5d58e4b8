import { Flags } from '@oclif/core';
import { McCommand, readWait, settingFlags, startBackground, startedText, watchSignals } from '../src/cli/index.js';

export default class Start extends McCommand {
  static override summary = 'Start the server in the background';
  static override here = 'server' as const;
  static override configFaults = 'fatal' as const;
  static override description = [
    'Takes the flags of mc serve. Returns when the server answers that it is ready; when it cannot start, says why and ends with',
    'its exit status. One that runs already is found (0). It logs to a file that mc logs reads.',
  ].join('\n');
  static override exits = ['busy', 'notAllowed', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> start',
    '<%= config.bin %> start --workspace ./office --port 9000 --backup-interval 1h',
  ];
  static override flags = {
    ...settingFlags(),
    wait: Flags.string({ helpValue: 'DURATION', description: 'How long it may take to be ready', default: '60s' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Start);
    const output = await this.open(flags);
    const { signal } = watchSignals();
    const started = await startBackground(output.config, { waitMs: readWait('--wait', flags.wait), signal });
    output.result(started, () => startedText(started, output.terminal));
  }
}
