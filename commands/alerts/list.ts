import { Flags } from '@oclif/core';
import { alertsTable, McCommand, mustBeRule, reachServer, rulesTable, silenceLine } from '../../src/cli/index.js';
import type { AlertsAnswer } from '../../src/protocol/index.js';
import type { CommandOutput } from '../../src/cli/index.js';

export default class AlertsList extends McCommand {
  static override summary = 'What fires and what is about to: worst first, then oldest';
  static override description = 'With --rules the rules themselves, those that are quiet too, and how each stands.';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> alerts list',
    '<%= config.bin %> alerts list --agent api --state firing --json',
    '<%= config.bin %> alerts list --rules',
  ];
  static override flags = {
    state: Flags.option({ options: ['firing', 'pending'] as const, description: 'Only alerts in this state' })(),
    rule: Flags.string({ description: 'Only alerts of this rule' }),
    agent: Flags.string({ description: 'Only alerts about this agent' }),
    rules: Flags.boolean({ description: 'The rules in place of their alerts', exclusive: ['state', 'agent'] }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AlertsList);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    const { state, rule, agent } = flags;
    const answer = await rest.alerts({ state, rule, agent });
    if (rule !== undefined && answer.rules.length === 0) mustBeRule(rule, (await rest.alerts()).rules);
    output.result(answer, () => (flags.rules ? rulesTable(answer.rules, output.terminal) : listText(answer, output)));
    const { file, rules, alerts } = answer;
    if (file.error !== null) output.note(`${file.path ?? 'alerts.json'}: ${file.error}`);
    const watching = rules.filter(({ enabled }) => enabled).length;
    if (!flags.rules && alerts.length === 0) output.note(`no such alerts; ${watching} rules are watching`);
  }
}

function listText({ silences, ...answer }: AlertsAnswer, { terminal }: CommandOutput): string {
  const quiet = silences.map((silence) => silenceLine(silence, terminal));
  return [alertsTable(answer, terminal, Date.now()), ...(quiet.length > 0 ? ['', ...quiet] : [])].join('\n');
}
