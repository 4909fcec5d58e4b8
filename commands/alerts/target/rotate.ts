import { Args, Flags } from '@oclif/core';
import { McCommand, SECRET_FLAGS, secretOf } from '../../../src/cli/index.js';
import { McError } from '../../../src/base/index.js';

export default class AlertsTargetRotate extends McCommand {
  static override summary = 'Change the secret that a webhook’s messages are signed with';
  static override here = 'machine' as const;
  static override configFaults = 'own' as const;
  static override description = [
    'From then on each message has two signatures, of the new secret and of the old one, so that its receiver can change when it',
    'likes; --finish takes the old one away. A secret that is made is shown only once. A running server knows it at once.',
  ].join('\n');
  static override exits = ['notFound', 'busy'] as const;
  static override examples = [
    '<%= config.bin %> alerts target rotate ops',
    '<%= config.bin %> alerts target rotate ops --finish',
    'pass show mc/ops | <%= config.bin %> alerts target rotate ops --secret-stdin',
  ];
  static override args = { target: Args.string({ description: 'Its name', required: true }) };
  static override flags = {
    ...SECRET_FLAGS,
    finish: Flags.boolean({
      description: 'Its receiver verifies by the new one: the old one signs no more',
      exclusive: ['secret-stdin', 'secret-env', 'secret-file'],
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsTargetRotate);
    const output = await this.open(flags);
    const file = await import('../../../src/alerts/delivery/target-file.js');
    const path = output.config.values.alertsFile ?? file.alertsFilePath();
    const { target } = args;
    if (flags.finish) {
      await file.endRotation(path, target);
      const done = { success: true, target, finished: true, secret: null };
      return output.result(done, () => `${target} is signed by its new secret only`);
    }
    const given = await secretOf(flags, null);
    if (Array.isArray(given)) {
      throw new McError('usage', 'stdin holds two lines: the new secret is one', {
        hint: 'the old one stays until --finish',
      });
    }
    const made = given === null ? file.newSigningSecret() : null;
    await file.rotateSecret(path, target, given ?? made ?? '');
    output.result({ success: true, target, finished: false, secret: made }, () =>
      [`${target} is signed by its new secret and by the old one`, ...(made === null ? [] : [made])].join('\n'),
    );
    if (made !== null) output.note('give it to the receiver: it cannot be shown again');
    output.note(`when the receiver verifies by it: mc alerts target rotate ${target} --finish`);
  }
}
