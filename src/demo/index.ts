/** A fleet that plays itself by writing files: real ones, in a throw-away workspace. */
export { type Demo, type DemoOptions, createDemo } from './demo.js';
export { createDemoRoot, removeDemoRoot, removeLeftovers } from './root.js';
