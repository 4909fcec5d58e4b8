/** The log of a server in the background: read, filtered and followed. */
export { LEVELS, type LevelName, lineText } from './line.js';
export { lastLife, type LastLife } from './last-life.js';
export { showLogs } from './show.js';
