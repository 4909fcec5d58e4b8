import { Args, Flags } from '@oclif/core';
import { cleanText, McCommand, SECRET_FLAGS, secretOf } from '../../../src/cli/index.js';
import { ALERT_SEVERITIES, type AlertSeverity } from '../../../src/protocol/index.js';

export default class AlertsTargetAdd extends McCommand {
  static override summary = 'Add a target: where alerts go';
  static override here = 'machine' as const;
  static override configFaults = 'own' as const;
  static override description = [
    'Kept in your own alerts.json, mode 0600; a running server knows it at once. What a form needs to be secret (the token of a',
    'bot, a routing key, the URL of a Slack webhook) is read from stdin, so that it stands in no list of processes. A webhook',
    'gets a secret to sign with, which is shown only once.',
  ].join('\n');
  static override exits = ['busy'] as const;
  static override examples = [
    '<%= config.bin %> alerts target add ops https://example.org/hooks/mc',
    'cat url.txt | <%= config.bin %> alerts target add chat slack: --level error',
    '<%= config.bin %> alerts target add phone ntfy+https://ntfy.sh/my-topic --quiet-hours "22:00-07:00 Europe/Berlin; sat,sun"',
    '<%= config.bin %> alerts target add bot telegram://-1001234567890 --secret-env TELEGRAM_TOKEN',
    '<%= config.bin %> alerts target add mail mailto:ops@example.org --fallback',
  ];
  static override args = {
    name: Args.string({ description: 'What it is called: lower case letters, digits and -', required: true }),
    url: Args.string({ description: 'Its URL, or only the form where that is secret', required: true }),
  };
  static override flags = {
    level: Flags.string({
      description: 'The mildest severity it hears of',
      options: ALERT_SEVERITIES,
      default: 'warning',
    }),
    rule: Flags.string({ description: 'Only alerts of this rule (repeatable)', multiple: true, helpValue: 'RULE' }),
    agent: Flags.string({
      description: 'Only alerts about agents like this, with * and ? (repeatable)',
      multiple: true,
      helpValue: 'GLOB',
    }),
    'quiet-hours': Flags.string({ description: 'When only critical alerts pass', helpValue: 'HOURS' }),
    private: Flags.boolean({ description: 'It may lie in a private network, and be spoken to without TLS' }),
    fallback: Flags.boolean({ description: 'Only while no Alertmanager answers' }),
    ...SECRET_FLAGS,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AlertsTargetAdd);
    const output = await this.open(flags);
    const { addTarget, alertsFilePath, neededSecret, newSigningSecret, parseAddress, shownTarget } = await import(
      '../../../src/alerts/delivery/target-file.js'
    );
    const address = parseAddress(args.url);
    const needed = neededSecret(address);
    const given = await secretOf(flags, needed);
    const made = given === null && address.kind === 'webhook' ? newSigningSecret() : null;
    const kept = given ?? made;
    const { level, rule: rules = [], agent: agents = [], 'quiet-hours': quiet } = flags;
    const target = await addTarget(output.config.values.alertsFile ?? alertsFilePath(), {
      name: args.name,
      url: args.url,
      ...(kept === null ? {} : { secret: kept }),
      ...(level === 'warning' ? {} : { level: level as AlertSeverity }),
      ...(rules.length === 0 ? {} : { rules }),
      ...(agents.length === 0 ? {} : { agents }),
      ...(quiet === undefined ? {} : { quiet }),
      ...(flags.private ? { private: true } : {}),
      ...(flags.fallback ? { fallback: true } : {}),
    });
    const shown = shownTarget(target);
    output.result({ success: true, target: shown, secret: made }, () => {
      const line = cleanText(`added ${shown.name}: ${shown.url}`);
      return made === null ? line : `${line}\n${made}`;
    });
    if (made !== null)
      output.note('the secret verifies what arrives there (Standard Webhooks); it cannot be shown again');
    output.note(`see that it arrives: mc alerts target test ${shown.name}`);
  }
}
