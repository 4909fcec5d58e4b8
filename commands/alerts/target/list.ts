import { McCommand, targetsTable, targetsThere } from '../../../src/cli/index.js';

export default class AlertsTargetList extends McCommand {
  static override summary = 'List targets: where alerts go, and whether they arrive';
  static override description =
    'Without a server only what stands in alerts.json is known. Nothing that is secret is shown: paths of URLs are •••.';
  static override exits = ['notAllowed'] as const;
  static override examples = ['<%= config.bin %> alerts target list', '<%= config.bin %> alerts target list --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(AlertsTargetList);
    const desk = await this.open(flags);
    const answer = await targetsThere(desk.config, async () => {
      const file = await import('../../../src/alerts/delivery/target-file.js');
      const path = desk.config.values.alertsFile ?? file.alertsFilePath();
      return file.readTargets(path).map(file.shownTarget);
    });
    desk.result(answer, () => targetsTable(answer, desk.terminal));
    if (answer.error !== null) desk.note(answer.error);
    if (answer.targets.length + answer.alertmanagers.length === 0) {
      desk.note('no targets yet: mc alerts target add NAME URL');
    }
  }
}
