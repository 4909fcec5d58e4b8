import { McCommand, tokensTable } from '../../src/cli/index.js';

export default class TokenList extends McCommand {
  static override summary = 'List access tokens and their scopes';
  static override here = 'machine' as const;
  static override configFaults = 'own' as const;
  static override examples = ['<%= config.bin %> token list', '<%= config.bin %> token list --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(TokenList);
    const desk = await this.open(flags);
    const { readTokens, tokenRow, tokensPath } = await import('../../src/server/auth/index.js');
    const tokens = readTokens(tokensPath()).map(tokenRow);
    desk.result({ tokens }, () => tokensTable(tokens, desk.terminal));
    if (tokens.length === 0) desk.note('no tokens yet: mc token create');
  }
}
