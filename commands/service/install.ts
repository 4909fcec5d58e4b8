import { Flags } from '@oclif/core';
import { installedText, installService, McCommand, settingFlags } from '../../src/cli/index.js';

export default class ServiceInstall extends McCommand {
  static override summary = 'Install the server as a service of your session (systemd or launchd)';
  static override here = 'server' as const;
  static override configFaults = 'fatal' as const;
  static override description =
    'Takes the flags of mc serve. Starts it now and with every session, and again after a failure; waits until it answers. Can be run again: what is there is brought up to date. A token is never written into it.';
  static override exits = ['busy', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> service install --workspace ./office --dry-run',
    '<%= config.bin %> service install --token-file ~/.config/mission-control/token',
  ];
  static override flags = {
    ...settingFlags(),
    'dry-run': Flags.boolean({ description: 'Print what would be written, change nothing' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ServiceInstall);
    const output = await this.open(flags);
    const change = await installService(output.config, { dryRun: flags['dry-run'] });
    output.result(change, () => installedText(change));
  }
}
