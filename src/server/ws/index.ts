/**
 * The hub: who listens to the stream, how each is sent what is and what happens, and how a slow one is kept from hurting
 * the others.
 */
export { createHub, type Hub, type HubOptions } from './hub.js';
export { HUB_LIMITS } from '../stream/limits.js';
export type { PublishFrame } from './replies.js';
