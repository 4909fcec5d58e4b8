import { configPaths } from '../../src/base/index.js';
import { McCommand } from '../../src/cli/index.js';

export default class ConfigPath extends McCommand {
  static override summary = 'Print the paths of the config files, whether they exist or not';
  static override configFaults = 'own' as const;
  static override examples = ['<%= config.bin %> config path', '$EDITOR "$(<%= config.bin %> config path | head -1)"'];

  async run(): Promise<void> {
    const { flags } = await this.parse(ConfigPath);
    const output = await this.open(flags);
    const paths = configPaths(output.config.workspace, process.env);
    output.result(paths, () => `${paths.user}\n${paths.workspace}`);
  }
}
