/** A fleet that plays itself by writing files: real ones, in a throw-away workspace. */
export { createDemo } from './demo.js';
export { setStage, type Stage } from './stage.js';
