import { McCommand, targetsTable, targetsThere } from '../../../src/cli/index.js';

export default class AlertsTargetList extends McCommand {
  static override summary = 'List targets: where alerts go, and whether they arrive';
  static override description =
    'Without a server only what stands in alerts.json is known. Nothing that is secret is shown: paths of URLs are •••.';
  static override exits = ['notAllowed'] as const;
  static override examples = ['<%= config.bin %> alerts target list', '<%= config.bin %> alerts target list --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(AlertsTargetList);
    const output = await this.open(flags);
    const answer = await targetsThere(output.config, async () => {
      const file = await import('../../../src/alerts/delivery/target-file.js');
      const path = output.config.values.alertsFile ?? file.alertsFilePath();
      return file.readTargets(path).map(file.shownTarget);
    });
    output.result(answer, () => targetsTable(answer, output.terminal));
    if (answer.error !== null) output.note(answer.error);
    if (answer.targets.length + answer.alertmanagers.length === 0) {
      output.note('no targets yet: mc alerts target add NAME URL');
    }
  }
}
