import { Flags } from '@oclif/core';
import { awaitService, McCommand, readWait } from '../../src/cli/index.js';

/** What the systemd unit runs after the server, so that it counts as started when it answers. */
export default class ServiceReady extends McCommand {
  static override hidden = true;
  static override summary = 'Wait until the server answers, for a service manager';
  static override here = 'server' as const;
  static override description = 'Ends with 1 as soon as the process that MAINPID names has ended.';
  static override examples = ['<%= config.bin %> service ready --workspace ./office'];
  static override flags = {
    wait: Flags.string({ helpValue: 'DURATION', description: 'How long it may take', default: '9m' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ServiceReady);
    const output = await this.open(flags);
    const pid = Number(process.env.MAINPID ?? '');
    const waitMs = readWait('--wait', flags.wait);
    await awaitService(output.config, { pid: Number.isInteger(pid) && pid > 0 ? pid : null, waitMs });
    output.result({ ready: true }, () => 'ready');
  }
}
