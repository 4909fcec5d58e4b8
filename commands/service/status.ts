import { McCommand, serviceStatus, serviceStatusText } from '../../src/cli/index.js';
import { EXIT } from '../../src/protocol/index.js';

export default class ServiceStatusCommand extends McCommand {
  static override summary = 'Whether the service is installed and runs';
  static override here = 'server' as const;
  static override description = 'Ends with 3 when it does not run. mc status shows the fleet.';
  static override exits = ['noServer', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> service status', '<%= config.bin %> service status --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(ServiceStatusCommand);
    const output = await this.open(flags);
    const status = await serviceStatus(output.config);
    output.result(status, () => serviceStatusText(status));
    if (status.pid === null) process.exitCode = EXIT.noServer;
  }
}
