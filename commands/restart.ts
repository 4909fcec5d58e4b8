import { McCommand, readWait, restartBackground, startedText, watchSignals } from '../src/cli/index.js';
import Start from './start.js';
import Stop from './stop.js';

export default class Restart extends McCommand {
  static override summary = 'Stop the server in the background and start it again';
  static override here = 'server' as const;
  static override configFaults = 'fatal' as const;
  static override description =
    'With the flags that it was started with; those given now count more. When nothing runs it is started.';
  static override exits = ['busy', 'notAllowed', 'interrupted'] as const;
  static override examples = ['<%= config.bin %> restart', '<%= config.bin %> restart --port 9000'];
  static override flags = { ...Start.flags, ...Stop.flags };

  async run(): Promise<void> {
    const { flags } = await this.parse(Restart);
    const output = await this.open(flags);
    const { signal } = watchSignals();
    const restarted = await restartBackground(output.config, {
      waitMs: readWait('--wait', flags.wait),
      graceMs: readWait('--grace', flags.grace),
      signal,
    });
    output.result(restarted, () => startedText(restarted, output.terminal));
  }
}
