import { Flags } from '@oclif/core';
import { McCommand, uninstalledText, uninstallService } from '../../src/cli/index.js';

export default class ServiceUninstall extends McCommand {
  static override summary = 'Stop the service and remove what was installed';
  static override here = 'server' as const;
  static override exits = ['notAllowed'] as const;
  static override examples = ['<%= config.bin %> service uninstall --dry-run'];
  static override flags = {
    'dry-run': Flags.boolean({ description: 'Say what would be removed, change nothing' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ServiceUninstall);
    const output = await this.open(flags);
    const change = await uninstallService(output.config, { dryRun: flags['dry-run'] });
    output.result(change, () => uninstalledText(change));
  }
}
