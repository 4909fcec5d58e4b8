import { Args, Flags } from '@oclif/core';
import { askAgent, askRule, McCommand, reachServer, silenceLine } from '../../src/cli/index.js';

export default class AlertsSilence extends McCommand {
  static override summary = 'Tell nobody of a rule’s alerts for a while';
  static override description =
    'They fire and are listed all the same, but need nobody; mc check --no-firing does not fail for them. mc alerts unsilence ends it earlier.';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> alerts silence disk_low --for 2h --reason "the new disk comes at noon"',
    '<%= config.bin %> alerts silence agent_stale --agent api --for 1d --reason "on holiday"',
  ];
  static override args = { rule: Args.string({ description: 'Its name', required: true }) };
  static override flags = {
    agent: Flags.string({ description: 'Only its alerts about this agent' }),
    for: Flags.string({ description: 'How long, such as 30m, 2h or 7d', helpValue: 'DURATION', required: true }),
    reason: Flags.string({ description: 'Why, for everyone who looks', helpValue: 'TEXT', required: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsSilence);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    const body = { for: flags.for, reason: flags.reason, ...(flags.agent === undefined ? {} : { agent: flags.agent }) };
    const silence = () => askRule(rest, args.rule, () => rest.silenceAlert(args.rule, body));
    const answer = await (flags.agent === undefined ? silence() : askAgent(rest, flags.agent, silence));
    output.result(answer, () => silenceLine(answer.silence, output.terminal));
  }
}
