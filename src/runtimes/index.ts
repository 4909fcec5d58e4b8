/** What the agents' own programs record on this machine: who does what, what it used, and who waits. Reads, and never writes. */
export type { EngineSetup } from './engine/contract.js';
export { noAnswers } from './engine/no-answers.js';
export { READ_RUNTIMES } from './engine/readers.js';
export { rootNames } from './read/roots.js';
export { createRuntimes, type Runtimes } from './source.js';
