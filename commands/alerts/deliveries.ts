import { Flags } from '@oclif/core';
import { deliveriesTable, McCommand, reachServer } from '../../src/cli/index.js';

export default class AlertsDeliveries extends McCommand {
  static override summary = 'List what was sent to targets and what became of it, newest first';
  static override exits = ['noServer', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> alerts deliveries',
    '<%= config.bin %> alerts deliveries --failed --target ops',
  ];
  static override flags = {
    failed: Flags.boolean({ description: 'Only what was given up or refused' }),
    target: Flags.string({ description: 'Only to this target', helpValue: 'NAME' }),
    limit: Flags.integer({ description: 'At most so many', default: 50, min: 1, max: 1000 }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AlertsDeliveries);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    const { failed, target, limit } = flags;
    const answer = await rest.alertDeliveries({ limit, ...(failed ? { failed } : {}), ...(target ? { target } : {}) });
    output.result(answer, () => deliveriesTable(answer.deliveries, output.terminal));
    if (answer.deliveries.length === 0) output.note(failed ? 'nothing failed' : 'nothing was sent yet');
    else if (answer.next_cursor !== null) output.note('there is more: --limit');
  }
}
