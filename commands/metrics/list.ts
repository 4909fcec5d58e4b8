import { McCommand, metricsTable } from '../../src/cli/index.js';
import { listMetrics } from '../../src/protocol/index.js';

export default class MetricsList extends McCommand {
  static override summary = 'Which metrics exist, with unit and meaning';
  static override here = 'machine' as const;
  static override examples = ['<%= config.bin %> metrics list', '<%= config.bin %> metrics list --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(MetricsList);
    const output = await this.open(flags);
    const metrics = [...listMetrics('agent'), ...listMetrics('system')];
    output.result({ metrics }, () => metricsTable(metrics, output.terminal));
  }
}
