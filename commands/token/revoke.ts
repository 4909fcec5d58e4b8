import { Args, Flags } from '@oclif/core';
import { cleanText, confirm, McCommand } from '../../src/cli/index.js';

export default class TokenRevoke extends McCommand {
  static override summary = 'Forget an access token: whoever holds it is shut out';
  static override here = 'machine' as const;
  static override configFaults = 'own' as const;
  static override description =
    'A running server refuses it within a second, and cuts off within 30 seconds who is connected with it.';
  static override exits = ['notFound', 'busy', 'interrupted'] as const;
  static override examples = [
    '<%= config.bin %> token revoke 1f3a9c02',
    '<%= config.bin %> token revoke 1f3a9c02 --yes',
  ];
  static override flags = {
    'dry-run': Flags.boolean({ description: 'Only show which one it would be' }),
    yes: Flags.boolean({ char: 'y', description: 'Do not ask' }),
  };
  static override args = { id: Args.string({ description: 'Its id, as mc token list shows it', required: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TokenRevoke);
    const output = await this.open(flags);
    const { readTokens, revokeToken, tokenRow, tokensPath } = await import('../../src/server/auth/index.js');
    const found = readTokens(tokensPath())
      .map(tokenRow)
      .find(({ id }) => id === args.id);
    if (found && (flags['dry-run'] || !flags.yes)) {
      const what = cleanText(`${found.id} (${found.label ?? found.scope})`);
      if (flags['dry-run'])
        return output.result({ success: true, dry_run: true, revoked: found }, () => `would revoke ${what}`);
      await confirm(`Revoke ${what}?`, false);
    }
    const revoked = await revokeToken(tokensPath(), args.id);
    output.result({ success: true, revoked }, () =>
      cleanText(`revoked ${revoked.id} (${revoked.label ?? revoked.scope})`),
    );
  }
}
