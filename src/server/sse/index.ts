/** The event stream for those who read HTTP: server-sent events, in the same order and with the same bounds as on the socket. */
export { createStreams, type Streams } from './streams.js';
