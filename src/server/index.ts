/** One process: the services in order, REST in `api/`, sockets in `ws/`, who may come in in `auth/`. */
export { tokensPath } from './auth/index.js';
export { runtimePlaces } from './runtimes.js';
export { type RunningServer, startServer } from './server.js';
export { openServeLog } from './serve-log.js';
