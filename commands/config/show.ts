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
    const desk = await this.open(flags);
    const shown = shownConfig(desk.config, flags.origin);
    desk.result(shown, () => configTable(shown, desk.terminal));
    for (const { message, hint } of shown.faults)
      desk.note(`not in force: ${message}${hint === null ? '' : `\n  ${hint}`}`);
  }
}
