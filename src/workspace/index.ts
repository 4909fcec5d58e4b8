/** Files and what they say: forms, readers, writers. */
export * from './agent-directory.js';
export * from './agent-files.js';
export * from './agent-list.js';
export * from './agents.js';
export { browsePlace } from './browse.js';
export type { Browsed } from './browse-place.js';
export { createVeil } from './browse-names.js';
export { MAX_PART_BYTES, readPart } from './browse-read.js';
export * from './json.js';
export * from './office.js';
export * from './read-bytes.js';
export { surveyPlaces } from './survey.js';
export * from './tasks.js';
export * from './workspace-files.js';
export * from './zones.js';
export * from './write-agent.js';
export * from './write-tasks.js';
