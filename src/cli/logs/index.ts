/** The log of a server in the background: read, filtered and followed. */
export { LEVELS, type LevelName, lineText } from './line.js';
export { type Down, explainDown } from './down.js';
export { showLogs } from './show.js';
