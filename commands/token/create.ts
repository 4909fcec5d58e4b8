import { Flags } from '@oclif/core';
import { systemClock } from '../../src/base/index.js';
import { McCommand } from '../../src/cli/index.js';
import { SCOPES, type Scope } from '../../src/protocol/index.js';

export default class TokenCreate extends McCommand {
  static override summary = 'Create an access token (shown only once)';
  static override here = 'machine' as const;
  static override configFaults = 'own' as const;
  static override description = [
    'Kept as a hash in your own configuration directory; a running server knows it at once. It counts on servers that',
    'ask for tokens: those with --require-token, and those that listen beyond this machine.',
  ].join('\n');
  static override exits = ['busy'] as const;
  static override examples = [
    '<%= config.bin %> token create --scope read --label "wall display"',
    '<%= config.bin %> token create --scope operate --json',
  ];
  static override flags = {
    scope: Flags.string({
      description: 'What it opens: read looks, operate also reports and adds, admin everything',
      options: SCOPES,
      default: 'read',
    }),
    label: Flags.string({ description: 'What it is for', helpValue: 'TEXT' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(TokenCreate);
    const output = await this.open(flags);
    const { createToken, tokensPath } = await import('../../src/server/auth/index.js');
    const asked = { scope: flags.scope as Scope, label: flags.label ?? null, now: systemClock.now() };
    const { token, row } = await createToken(tokensPath(), asked);
    output.result({ ...row, token }, () => token);
    output.note(
      `keep it: it cannot be shown again. Use it as MC_TOKEN, --token-file or Authorization: Bearer (${row.id})`,
    );
  }
}
