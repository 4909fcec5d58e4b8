import { Args, Flags } from '@oclif/core';
import { askRule, cleanText, McCommand, reachServer } from '../../src/cli/index.js';
import { counted } from '../../src/view/index.js';

export default class AlertsAck extends McCommand {
  static override summary = 'Acknowledge a rule’s alerts, for everyone: somebody knows of them';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> alerts ack disk_low',
    '<%= config.bin %> alerts ack agent_error --agent api',
  ];
  static override args = { rule: Args.string({ description: 'Its name', required: true }) };
  static override flags = { agent: Flags.string({ description: 'Only its alert about this agent' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsAck);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    const body = flags.agent === undefined ? {} : { agent: flags.agent };
    const answer = await askRule(rest, args.rule, () => rest.ackAlert(args.rule, body));
    output.result(answer, () => {
      const lines = answer.alerts.map(({ summary }) => cleanText(`  ${summary}`));
      return [`acknowledged ${counted(lines.length, 'alert')} of ${cleanText(args.rule)}`, ...lines].join('\n');
    });
  }
}
