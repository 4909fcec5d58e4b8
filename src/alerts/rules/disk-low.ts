import { MINUTE, type Rule } from './rule.js';

const MIB = 1024 * 1024;

/** The disk that holds the workspace's database is nearly full. */
export const diskLow: Rule = {
  name: 'disk_low',
  severity: 'critical',
  title: 'Disk nearly full',
  looksAt: 'the metric disk_free_bytes: below the limit',
  forMs: 0,
  keepFiringMs: 2 * MINUTE,
  cooldownMs: 0,
  limit: 1024 * MIB,
  unit: 'bytes',
  judge({ samples }, { found, unknown }, limit) {
    const free = samples?.system?.disk_free_bytes;
    if (typeof free !== 'number') return unknown();
    if (free >= limit) return;
    found({
      agent: null,
      value: free,
      say: () => ({
        summary: `${Math.floor(free / MIB)} MiB are free on the disk of the workspace`,
        evidence: `disk_free_bytes ${free}, limit ${limit}`,
      }),
    });
  },
};
