/**
 * What a person sees, as data: the order of trouble, who needs a person and why, filter and sort, signs, ages, figures,
 * times of day, and what an event says. No terminal, no DOM: every face (command line, dashboard, page) draws from here.
 */
export * from './ages.js';
export * from './alerts.js';
export * from './agents.js';
export * from './attention.js';
export * from './backups.js';
export * from './columns.js';
export * from './events.js';
export * from './figures.js';
export * from './filter.js';
export * from './sessions.js';
export * from './signs.js';
export * from './sort.js';
export * from './tasks.js';
export * from './times.js';
export * from './usage.js';
export * from './versions.js';
export * from './words.js';
