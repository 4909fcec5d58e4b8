/** The server in the background: started, found and ended. */
export { restartBackground, startBackground } from './start.js';
export { stopBackground } from './stop.js';
export { readWait, startedText, stoppedText } from './words.js';
