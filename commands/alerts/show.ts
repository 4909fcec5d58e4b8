import { Args } from '@oclif/core';
import { askRule, McCommand, reachServer, ruleCard } from '../../src/cli/index.js';

export default class AlertsShow extends McCommand {
  static override summary = 'One rule: what it asks, what fires, its silences and its last alerts';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> alerts show agent_error'];
  static override args = { rule: Args.string({ description: 'Its name', required: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsShow);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    const answer = await askRule(rest, args.rule, () => rest.alertRule(args.rule));
    output.result(answer, () => ruleCard(answer, output.terminal, Date.now()));
  }
}
