import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularSync, wasRead } from '../../base/index.js';
import { fieldOf, listFrom, numberFrom } from '../../protocol/index.js';
import { textOf, titleOf } from '../values.js';
import { type CronRun, runFrom, scheduleOf, type StoredJob } from './cron.js';
import { isSame, type Stamp, stampOf } from './stamp.js';
import { pathOf } from './values.js';

/** Cron jobs and runs of installs that keep them in files. What became a fossil (`jobs.json.migrated`) is not looked at. */
export interface CronFiles {
  /** As they are now; files that did not change are not read again. */
  look(): { jobs: StoredJob[]; runs: CronRun[] };
}

const JOBS_BYTES = 16 * 1024 * 1024;
const RUNS_BYTES = 16 * 1024 * 1024;
const MOST_FILES = 1000;

export function createCronFiles(root: string): CronFiles {
  const kept = new Map<string, { stamp: Stamp; value: unknown[] }>();
  const read = <T>(path: string, limit: number, make: (text: string) => T[]): T[] => {
    const stamp = stampOf(path);
    const known = kept.get(path);
    if (stamp !== null && isSame(known?.stamp ?? null, stamp)) return known?.value as T[];
    const file = stamp === null ? null : readRegularSync(path, { limit });
    if (stamp === null || !wasRead(file)) return [];
    const value = make(file.bytes.toString('utf8'));
    kept.set(path, { stamp, value });
    return value;
  };
  const folder = join(root, 'cron');
  return {
    look() {
      const jobs = read(join(folder, 'jobs.json'), JOBS_BYTES, jobsFrom);
      const names = jobs.length === 0 ? [] : namesIn(join(folder, 'runs'));
      return { jobs, runs: names.flatMap((name) => read(join(folder, 'runs', name), RUNS_BYTES, runsFrom)) };
    },
  };
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path)
      .filter((name) => name.endsWith('.jsonl'))
      .slice(0, MOST_FILES);
  } catch {
    return [];
  }
}

function jobsFrom(text: string): StoredJob[] {
  return listFrom(fieldOf(parsed(text), 'jobs')).flatMap((job) => jobFrom(job) ?? []);
}

function jobFrom(job: unknown): StoredJob | null {
  const id = textOf(fieldOf(job, 'id')) ?? textOf(fieldOf(job, 'jobId'));
  if (id === null) return null;
  const schedule = fieldOf(job, 'schedule');
  const state = fieldOf(job, 'state');
  const at = fieldOf(schedule, 'at') ?? fieldOf(schedule, 'atMs');
  return {
    id,
    store: null,
    agentId: textOf(fieldOf(job, 'agentId')),
    name: titleOf(fieldOf(job, 'name')) ?? id,
    enabled: fieldOf(job, 'enabled') !== false,
    schedule: scheduleOf(fieldOf(schedule, 'kind'), {
      expr: fieldOf(schedule, 'expr'),
      everyMs: fieldOf(schedule, 'everyMs'),
      at,
    }),
    tz: textOf(pathOf(schedule, 'tz'), 60),
    next: fieldOf(state, 'nextRunAtMs'),
    last: fieldOf(state, 'lastRunAtMs'),
    lastStatus: textOf(fieldOf(state, 'lastRunStatus'), 60) ?? textOf(fieldOf(state, 'lastStatus'), 60),
    consecutiveErrors: numberFrom(fieldOf(state, 'consecutiveErrors')),
  };
}

function runsFrom(text: string): CronRun[] {
  return text.split('\n').flatMap((line) => {
    const run = parsed(line);
    const action = fieldOf(run, 'action');
    if (action !== undefined && action !== 'finished') return [];
    return runFrom({
      job: fieldOf(run, 'jobId'),
      store: null,
      status: fieldOf(run, 'status'),
      at: fieldOf(run, 'runAtMs') ?? fieldOf(run, 'ts'),
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
