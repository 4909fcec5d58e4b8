import { Flags } from '@oclif/core';
import { alertHistoryTable, McCommand, MOMENT_FORMS, mustBeRule, reachServer, readRange } from '../../src/cli/index.js';

export default class AlertsHistory extends McCommand {
  static override summary = 'Alerts that are over, newest first';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> alerts history --since 7d',
    '<%= config.bin %> alerts history --rule agent_error --agent api --json',
  ];
  static override flags = {
    since: Flags.string({ description: `Only those that were over since: ${MOMENT_FORMS}` }),
    rule: Flags.string({ description: 'Only alerts of this rule' }),
    agent: Flags.string({ description: 'Only alerts about this agent' }),
    limit: Flags.integer({ description: 'So many at most', min: 1, max: 1000, default: 100 }),
    cursor: Flags.string({ description: 'Go on after this one: next_cursor of the page before' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AlertsHistory);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    const { rule, agent, limit, cursor } = flags;
    const { since } = readRange(flags, Date.now());
    if (rule !== undefined) mustBeRule(rule, (await rest.alerts()).rules);
    const answer = await rest.alertHistory({ since, rule, agent, limit, cursor });
    output.result(answer, () => alertHistoryTable(answer.alerts, output.terminal));
    if (answer.alerts.length === 0) output.note('no such alerts');
    if (answer.next_cursor !== null) output.note(`there are older ones: --cursor ${answer.next_cursor}`);
  }
}
