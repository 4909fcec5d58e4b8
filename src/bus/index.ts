/**
 * One in, many out, and the last N events: gives every event its position, serialises it once, keeps it in the journal
 * and hands it to every subscriber in the same order. No package, no `node:`.
 */
export { type Bus, createBus } from './bus.js';
export type { Entry } from './entry.js';
