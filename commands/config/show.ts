import { Flags } from '@oclif/core';
import { configTable, McCommand, shownConfig } from '../../src/cli/index.js';

export default class ConfigShow extends McCommand {
  static override summary = 'Show every setting as it is in force here';
  static override configFaults = 'own' as const;
  static override examples = ['<%= config.bin %> config show', '<%= config.bin %> config show --origin --json'];
  static override flags = {
    origin: Flags.boolean({ description: 'Also where each value comes from: flag, environment, which file, default' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ConfigShow);
    const output = await this.open(flags);
    const shown = shownConfig(output.config, flags.origin);
    output.result(shown, () => configTable(shown, output.terminal));
    for (const { message, hint } of shown.faults)
      output.note(`not in force: ${message}${hint === null ? '' : `\n  ${hint}`}`);
  }
}
