/** Files and what they say: forms, readers, writers. */
export * from './add-agent.js';
export * from './agent-directory.js';
export * from './agent-files.js';
export * from './agent-list.js';
export * from './agents.js';
export { describeNames, listPlace } from './browse.js';
export { createVeil, type Veil } from './browse-names.js';
export { MAX_PART_BYTES, readPart } from './browse-read.js';
export * from './json.js';
export * from './office.js';
export { timeIn } from './signs.js';
export * from './read-bytes.js';
export * from './tasks.js';
export * from './workspace-files.js';
export * from './zones.js';
export * from './write-agent.js';
export * from './write-tasks.js';
