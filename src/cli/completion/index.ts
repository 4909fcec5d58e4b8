/** What may stand next on a command line: of the manifest, of the workspace and of its server, for three shells. */
export { candidatesFor, type KnownCommand } from './candidates.js';
export { liveWords } from './live.js';
export { SHELLS, type Shell, shellScript, shellWords } from './shells.js';
