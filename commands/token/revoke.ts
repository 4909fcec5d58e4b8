import { Args } from '@oclif/core';
import { cleanText, McCommand } from '../../src/cli/index.js';

export default class TokenRevoke extends McCommand {
  static override summary = 'Forget an access token: whoever holds it is shut out';
  static override configFaults = 'own' as const;
  static override description =
    'A running server refuses it within a second, and cuts off within 30 seconds who is connected with it.';
  static override exits = ['notFound', 'busy'] as const;
  static override examples = ['<%= config.bin %> token revoke 1f3a9c02'];
  static override args = { id: Args.string({ description: 'Its id, as mc token list shows it', required: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TokenRevoke);
    const desk = await this.open(flags);
    const { revokeToken, tokensPath } = await import('../../src/server/auth/index.js');
    const revoked = await revokeToken(tokensPath(), args.id);
    desk.result({ success: true, revoked }, () =>
      cleanText(`revoked ${revoked.id} (${revoked.label ?? revoked.scope})`),
    );
  }
}
