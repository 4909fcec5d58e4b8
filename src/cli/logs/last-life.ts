import type { Config } from '../../base/index.js';
import { isoOf } from '../../protocol/index.js';
import { readLog } from './read.js';
import { logPath } from './show.js';

/** How the last server of a workspace ended, by the last line of its log. */
export interface LastLife {
  /** ISO 8601 UTC. */
  at: string;
  /** False: its log ends without saying so. It was killed, or the machine went down. */
  stopped: boolean;
}

/** Null where there is no log, or none that says when. */
export async function lastLife(config: Config): Promise<LastLife | null> {
  let found: LastLife | null = null;
  const path = await logPath(config);
  await readLog(path, { last: 1, since: null, level: null }, ({ time, fields }) => {
    const at = isoOf(time ?? Number.NaN);
    if (at !== null) found = { at, stopped: fields?.msg === 'stopped' };
  });
  return found;
}
