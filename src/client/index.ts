/**
 * One connection to a server, and a mirror of its state. Runs in a browser, in Node and in the TUI: sockets, clock,
 * randomness and `fetch` are arguments. No package, no `node:`.
 */
export {
  type Attempt,
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  createConnection,
  type FindTarget,
  type Target,
} from './connection.js';
export { openEventStream, type OpenLines } from './event-stream.js';
export { createMirror, type Mirror, type MirrorView } from './mirror.js';
export { PublishError } from './publishes.js';
export type * from './asked.js';
export {
  callPath,
  createRestClient,
  type ReachedServer,
  type RestCall,
  type RestClient,
  type RestOptions,
} from './rest.js';
export { type FetchLike, RestError, UnreachableError } from './request.js';
export type { OutgoingFrame, Timers, WebSocketLike } from './socket.js';
