/** The server in the background: started, found and ended. */
export { backgroundPlace, type BackgroundPlace, slugOf } from './place.js';
export { findRunning } from './record.js';
export { restartBackground, startBackground } from './start.js';
export { stopBackground } from './stop.js';
export { readWait, startedText, stoppedText } from './words.js';
