import { type Clock, keepServerRecord, type Lifecycle } from '../base/index.js';
import type { Logger } from '../base/log.js';

/**
 * Keeps a record by which commands of this user know the server again, until it ends. Without a directory, or where it cannot be
 * written, they need `--server`.
 */
export async function beKnown(
  record: Parameters<typeof keepServerRecord>[1],
  { directory, life, clock, log }: { directory: string | null | undefined; life: Lifecycle; clock: Clock; log: Logger },
): Promise<void> {
  if (!directory) return;
  try {
    const kept = await keepServerRecord(directory, record, clock.now());
    life.push('server record', () => kept.remove());
  } catch (error) {
    log.warn({ err: error }, 'commands of this user need --server: nothing can show them who this is');
  }
}
