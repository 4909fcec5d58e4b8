import { Args, Flags } from '@oclif/core';
import { McError } from '../../src/base/index.js';
import { cleanText, McCommand, mustBeRule, reachServer } from '../../src/cli/index.js';
import { counted } from '../../src/view/index.js';

export default class AlertsUnsilence extends McCommand {
  static override summary = 'End the silences of a rule before their time';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = ['<%= config.bin %> alerts unsilence disk_low'];
  static override args = { rule: Args.string({ description: 'Its name', required: true }) };
  static override flags = { agent: Flags.string({ description: 'Only silences about this agent' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsUnsilence);
    const output = await this.open(flags);
    const { rest } = await reachServer(output.config);
    const { rules, silences } = await rest.alerts();
    mustBeRule(args.rule, rules);
    const meant = silences.filter(
      ({ rule, agent }) => rule === args.rule && (flags.agent === undefined || agent === flags.agent),
    );
    if (meant.length === 0) {
      const about = flags.agent === undefined ? '' : ` about ${flags.agent}`;
      throw new McError('alert.not_found', `${args.rule} has no silence${about}`, {
        hint: 'what is silenced: mc alerts list',
      });
    }
    const ended = [];
    for (const { id } of meant) ended.push((await rest.endSilence(id)).silence);
    output.result({ success: true, silences: ended }, () =>
      cleanText(`ended ${counted(ended.length, 'silence')} of ${args.rule}`),
    );
  }
}
