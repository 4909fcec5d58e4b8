/**
 * The language everyone speaks: nouns, readings, the snapshot, events and what they mean, frames, routes and codes.
 * Runs everywhere: no package, no `node:`.
 */
export * from './agents.js';
export * from './alerts.js';
export * from './apply.js';
export * from './backoff.js';
export * from './backups.js';
export * from './codes.js';
export * from './cut.js';
export * from './deliveries.js';
export * from './depths.js';
export * from './error-words.js';
export * from './events.js';
export * from './facts.js';
export * from './files.js';
export * from './frames.js';
export * from './layout.js';
export * from './loose.js';
export * from './metrics.js';
export * from './newest-backup.js';
export * from './notifications.js';
export * from './office.js';
export * from './position.js';
export * from './readers.js';
export * from './runtime-readers.js';
export * from './reading.js';
export * from './rest.js';
export * from './routes.js';
export * from './runtimes.js';
export * from './sizes.js';
export * from './snapshot.js';
export * from './source.js';
export * from './tasks.js';
export * from './times.js';
export * from './tokens.js';
