/**
 * The truth in memory: (snapshot, reading) → events. Pure but for `createState`, which holds one snapshot and changes
 * it by its own events alone. No package, no `node:`; time is an argument.
 */
export { diffReading } from './diff.js';
export { mergeAgentReadings } from './merge.js';
export { createState, type State } from './state.js';
