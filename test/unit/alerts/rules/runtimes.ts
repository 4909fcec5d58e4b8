import type { CronJob, Quota } from '../../../../src/protocol/index.js';
import { factsOf, iso, MINUTE, NOW, worldOf } from '../world.js';

export const jobOf = (parts: Partial<CronJob> = {}): CronJob => ({
  runtime: 'openclaw',
  agent: 'openclaw:main',
  id: 'j1',
  name: 'report',
  enabled: true,
  schedule: 'every 30m',
  tz: null,
  next_run_at: iso(NOW + MINUTE),
  last_run_at: iso(NOW - 29 * MINUTE),
  last_status: 'ok',
  consecutive_errors: 0,
  runs: 12,
  errors: 0,
  flapping: false,
  ...parts,
});

export const worldWith = (parts: { jobs?: CronJob[]; quotas?: Quota[]; whole?: boolean } | null) =>
  worldOf({ facts: factsOf({ runtimes: parts && { jobs: [], quotas: [], whole: true, ...parts } }) });
