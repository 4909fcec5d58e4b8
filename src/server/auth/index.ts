/** Who may come in: hosts by which we may be called, origins whose pages may ask, tokens. */
export { createGuards, type Guards } from './guards.js';
export { isLoopback, urlHost } from './hosts.js';
