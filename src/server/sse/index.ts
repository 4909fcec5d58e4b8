/** The event stream for those who read HTTP: server-sent events, in the same order and with the same bounds as on the socket. */
export { createStreams, type StreamRequest, type Streams } from './streams.js';
