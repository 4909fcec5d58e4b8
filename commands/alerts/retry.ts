import { Args } from '@oclif/core';
import { McCommand, reachServer } from '../../src/cli/index.js';

export default class AlertsRetry extends McCommand {
  static override summary = 'Send again what was given up or refused, or what waits, now';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> alerts retry 42'];
  static override args = {
    id: Args.integer({ description: 'Its id, as mc alerts deliveries shows it', required: true, min: 1 }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsRetry);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    const answer = await rest.retryDelivery(args.id);
    output.result(answer, () => `${answer.delivery.id} is sent to ${answer.delivery.target} again`);
    output.note('see what becomes of it: mc alerts deliveries');
  }
}
