import { McCommand, metricsTable } from '../../src/cli/index.js';

export default class MetricsList extends McCommand {
  static override summary = 'Which metrics exist, with unit and meaning';
  static override here = 'machine' as const;
  static override examples = ['<%= config.bin %> metrics list', '<%= config.bin %> metrics list --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(MetricsList);
    const desk = await this.open(flags);
    const { METRICS } = await import('../../src/metrics/query/index.js');
    const metrics = METRICS.map(({ name, scope, kind, unit, meaning, computed }) => ({
      name,
      scope,
      kind,
      unit,
      meaning,
      computed,
    }));
    desk.result({ metrics }, () => metricsTable(metrics, desk.terminal));
  }
}
