import { McCommand, tokensTable } from '../../src/cli/index.js';

export default class TokenList extends McCommand {
  static override summary = 'List access tokens and their scopes';
  static override here = 'machine' as const;
  static override configFaults = 'own' as const;
  static override examples = ['<%= config.bin %> token list', '<%= config.bin %> token list --json'];

  async run(): Promise<void> {
    const { flags } = await this.parse(TokenList);
    const output = await this.open(flags);
    const { readTokens, tokenRow, tokensPath } = await import('../../src/server/auth/index.js');
    const tokens = readTokens(tokensPath()).map(tokenRow);
    output.result({ tokens }, () => tokensTable(tokens, output.terminal));
    if (tokens.length === 0) output.note('no tokens yet: mc token create');
  }
}
