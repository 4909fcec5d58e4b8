/** What every Node room stands on: errors, configuration, the layout of a workspace, lifecycle, clock, log, files, locks. */
export * from './atomic.js';
export * from './clock.js';
export * from './config.js';
export * from './duration.js';
export * from './errors.js';
export * from './layout.js';
export * from './lifecycle.js';
export * from './lock.js';
export * from './package.js';
export * from './settings.js';
