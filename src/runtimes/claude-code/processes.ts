import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularSync, wasRead } from '../../base/index.js';
import { fileAt } from '../read/walk.js';
import { wantsRecord } from './files.js';
import { recordOf } from './registry.js';
import type { FoundRecord } from './sessions.js';

const RECORD_BYTES = 256 * 1024;
/** A machine has some dozens of these processes. */
const MOST_RECORDS = 1000;

/** The records of the processes of Claude Code, looked at again and again. */
export interface Registry {
  /** As they are now below these roots (absolute). Never throws. */
  look(roots: readonly string[]): FoundRecord[];
}

/** A registry that knows no record yet. */
export function createRegistry(): Registry {
  let last = new Map<string, FoundRecord>();
  return {
    look(roots) {
      const found = new Map<string, FoundRecord>();
      for (const root of roots) {
        for (const name of namesIn(join(root, 'sessions')).slice(0, MOST_RECORDS)) {
          const path = `sessions/${name}`;
          if (!wantsRecord(path) || fileAt(root, path) === null) continue;
          const whole = join(root, path);
          const file = readRegularSync(whole, { limit: RECORD_BYTES, within: [root] });
          if (!wasRead(file)) continue;
          const value = parsed(file.bytes);
          const record = recordOf(path, value);
          // One that is being written says what it said: its process did not end for that.
          const known = value === undefined ? last.get(whole) : undefined;
          if (record !== null) found.set(whole, { root, path, record });
          else if (known !== undefined) found.set(whole, known);
        }
      }
      last = found;
      return [...found.values()];
    },
  };
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // None before the version that has them.
    return [];
  }
}

/** undefined: it is not JSON. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
