import type { PeerRow } from '../../protocol/index.js';

/** A client is slow when this much waits for it: a quarter of what closes it, by default. */
const SLOW_EVENTS = 500;
const SLOW_BYTES = 256 * 1024;

/** True for a client that reads too slowly and will be closed when that goes on. */
export function isSlow({ lag, outbox_bytes: bytes }: Pick<PeerRow, 'lag' | 'outbox_bytes'>): boolean {
  return lag >= SLOW_EVENTS || bytes >= SLOW_BYTES;
}
