/** The log of a server in the background: read, filtered and followed. */
export { LEVELS, lineText } from './line.js';
export { explainDown } from './down.js';
export { showLogs } from './show.js';
