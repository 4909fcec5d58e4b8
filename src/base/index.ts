/** What every Node room stands on: errors, configuration, the layout of a workspace, lifecycle, clock, log, files, locks. */
export * from './atomic.js';
export * from './clock.js';
export * from './config.js';
export * from './duration.js';
export * from './errors.js';
export * from './held-directory.js';
export * from './jumps.js';
export * from './layout.js';
export * from './lifecycle.js';
export * from './lock.js';
export * from './open-file.js';
export * from './package.js';
export * from './refusals.js';
export * from './roots.js';
export * from './settings.js';
export * from './suggest.js';
