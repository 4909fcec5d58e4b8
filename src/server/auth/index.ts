/** Who may come in: hosts by which we may be called, origins whose pages may ask, tokens. */
export { createGuards, type Guards } from './guards.js';
export { createTokenBook } from './token-book.js';
export { createToken, readTokens, revokeToken, tokenRow, tokensPath } from './token-file.js';
export { readTls } from './tls.js';
export { isLoopback, refusedCall, urlHost } from './hosts.js';
