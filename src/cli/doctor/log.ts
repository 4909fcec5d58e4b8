import type { Config } from '../../base/index.js';
import { logParts } from '../logs/files.js';
import { logPath } from '../logs/show.js';
import { type Finding, passed, skipped } from './finding.js';

const MIB = 1024 ** 2;

/** Where the log of the server lies: the first thing that is asked of whoever reports a fault. */
export async function logFinding(config: Config): Promise<Finding> {
  const path = await logPath(config);
  const parts = await logParts(path);
  if (parts.length === 0) {
    return skipped('log', `none at ${path}: mc start writes one there, mc serve logs to its terminal`);
  }
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return passed('log', `${path} (${(size / MIB).toFixed(1)} MiB with older ones; mc logs shows it)`);
}
