import { Args, Flags } from '@oclif/core';
import { cleanText, McCommand, mustKnowAgent, reachServer, readWords } from '../src/cli/index.js';
import { NOTIFICATION_LEVELS } from '../src/protocol/index.js';

export default class Notify extends McCommand {
  static override summary = 'Send a notification to everyone attached';
  static override exits = ['noServer', 'notFound', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> notify "The nightly import failed" --level error --agent courier',
    'tail -1 import.log | <%= config.bin %> notify - --level error',
  ];
  static override args = { message: Args.string({ description: 'What to say, or - for stdin', required: true }) };
  static override flags = {
    title: Flags.string({ description: 'A few words above it' }),
    level: Flags.string({ description: 'How loud', options: NOTIFICATION_LEVELS, default: 'info' }),
    agent: Flags.string({ description: 'Whom it is about' }),
    'dry-run': Flags.boolean({ description: 'Only show what would be sent', default: false }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Notify);
    const output = await this.open(flags);
    const message = await readWords(args.message, 'the message');
    const { rest } = await reachServer(output.config);
    if (flags.agent !== undefined) await mustKnowAgent(rest, flags.agent);
    const notification = {
      message,
      level: flags.level as (typeof NOTIFICATION_LEVELS)[number],
      ...(flags.title === undefined ? {} : { title: flags.title }),
      ...(flags.agent === undefined ? {} : { agent: flags.agent }),
    };
    if (flags['dry-run']) {
      const text = () => cleanText(`would send (${flags.level}): ${message}`);
      return output.result({ dry_run: true, notification }, text);
    }
    const answer = await rest.notify(notification);
    output.result(answer, () => `sent as ${answer.notification.id}`);
  }
}
