import { numberFrom } from '../../protocol/index.js';
import type { CronJob } from '../../protocol/index.js';
import { isoTimeOf, textOf, timeOf, titleOf } from '../values.js';
import type { ReadDatabase, Row, Wanted } from './sqlite.js';

/** A job as its store has it, before its runs are counted. */
export interface StoredJob {
  id: string;
  /** Which store it is of: ids are unique only inside one. null: there is only one. */
  store: string | null;
  /** Null: the default agent's. */
  agentId: string | null;
  name: string;
  enabled: boolean;
  schedule: string | null;
  tz: string | null;
  next: unknown;
  last: unknown;
  lastStatus: string | null;
  /** Null: to be counted from its runs. */
  consecutiveErrors: number | null;
}

/** How one run of a job ended. */
export interface CronRun {
  job: string;
  store: string | null;
  status: string;
  at: number;
}

const MOST_JOBS = 10_000;
const MOST_RUNS = 200_000;
const RECENT = 10;
const FLAPS = 4;
const UNIT = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

/** Jobs of the global store; null: it has no table of them. @throws NotReadable */
export function storedJobs(database: ReadDatabase): StoredJob[] | null {
  if (database.columns('cron_jobs').size === 0) return null;
  const wanted: Wanted[] = [
    'store_key',
    'job_id',
    'name',
    'enabled',
    'agent_id',
    'schedule_kind',
    'schedule_expr',
    'schedule_tz',
    'every_ms',
    'at',
    'next_run_at_ms',
    'last_run_at_ms',
    'last_run_status',
    'consecutive_errors',
    { name: 'state_status', needs: 'state_json', sql: stateField('lastRunStatus', 'lastStatus') },
    { name: 'state_errors', needs: 'state_json', sql: stateField('consecutiveErrors') },
    { name: 'state_last', needs: 'state_json', sql: stateField('lastRunAtMs') },
    { name: 'state_next', needs: 'state_json', sql: stateField('nextRunAtMs') },
  ];
  return [...database.rows('cron_jobs', wanted, `LIMIT ${MOST_JOBS}`)].flatMap((row) => jobFrom(row) ?? []);
}

/** Runs of jobs: from the newer table where it has any, else from the older. @throws NotReadable */
export function storedRuns(database: ReadDatabase): CronRun[] {
  const tasks = taskRuns(database);
  return tasks.length > 0 ? tasks : runLogs(database);
}

/** Jobs with what their runs say of them. `fallback`: the agent of those that name none. */
export function cronJobs(jobs: readonly StoredJob[], runs: readonly CronRun[], fallback: string): CronJob[] {
  const byJob = new Map<string, CronRun[]>();
  for (const run of [...runs].sort((one, other) => one.at - other.at)) {
    const list = byJob.get(run.job);
    if (list === undefined) byJob.set(run.job, [run]);
    else list.push(run);
  }
  return jobs.map((job) => {
    const all = byJob.get(job.id) ?? [];
    return withRuns(
      job,
      all.filter(({ store }) => store === null || job.store === null || store === job.store),
      fallback,
    );
  });
}

/** A schedule in words: a cron expression, `every 30m`, or a time. */
export function scheduleOf(kind: unknown, said: { expr: unknown; everyMs: unknown; at: unknown }): string | null {
  if (kind === 'every') {
    const ms = numberFrom(said.everyMs);
    return ms === null || ms <= 0 ? null : `every ${inUnits(ms)}`;
  }
  return kind === 'at' ? isoTimeOf(said.at) : textOf(said.expr, 200);
}

function withRuns(job: StoredJob, runs: CronRun[], fallback: string): CronJob {
  const recent = runs.slice(-RECENT).map(({ status }) => status);
  const changes = recent.filter((status, index) => index > 0 && status !== recent[index - 1]).length;
  const lastGood = runs.findLastIndex(({ status }) => status !== 'error');
  return {
    runtime: 'openclaw',
    agent: `openclaw:${job.agentId ?? fallback}`,
    id: job.id,
    name: job.name,
    enabled: job.enabled,
    schedule: job.schedule,
    tz: job.tz,
    next_run_at: isoTimeOf(job.next),
    last_run_at: isoTimeOf(job.last) ?? isoTimeOf(runs.at(-1)?.at),
    last_status: job.lastStatus ?? runs.at(-1)?.status ?? null,
    consecutive_errors: job.consecutiveErrors ?? runs.length - 1 - lastGood,
    runs: runs.length,
    errors: runs.filter(({ status }) => status === 'error').length,
    flapping: changes >= FLAPS,
  };
}

function jobFrom(row: Row): StoredJob | null {
  const id = textOf(row['job_id']);
  if (id === null) return null;
  return {
    id,
    store: textOf(row['store_key'], 4096),
    agentId: textOf(row['agent_id']),
    name: titleOf(row['name']) ?? id,
    enabled: row['enabled'] === 1,
    schedule: scheduleOf(row['schedule_kind'], { expr: row['schedule_expr'], everyMs: row['every_ms'], at: row['at'] }),
    tz: textOf(row['schedule_tz'], 60),
    next: row['next_run_at_ms'] ?? row['state_next'],
    last: row['last_run_at_ms'] ?? row['state_last'],
    lastStatus: textOf(row['last_run_status'], 60) ?? textOf(row['state_status'], 60),
    consecutiveErrors: numberFrom(row['consecutive_errors']) ?? numberFrom(row['state_errors']),
  };
}

/** Of all tasks only those that are runs of cron jobs: others may say that they run for ever after a crash. */
function taskRuns(database: ReadDatabase): CronRun[] {
  const columns = database.columns('task_runs');
  if (!['runtime', 'source_id', 'detail_json', 'created_at'].every((name) => columns.has(name))) return [];
  const detail = (field: string) => ({
    name: field,
    needs: 'detail_json',
    sql: `json_extract("detail_json", '$.${field}')`,
  });
  const wanted: Wanted[] = ['source_id', 'created_at', ...['storeKey', 'status', 'runAtMs'].map(detail)];
  const rest = `WHERE runtime = 'cron' AND CASE WHEN json_valid(detail_json) THEN json_extract(detail_json, '$.kind') END = 'cron-run'
    ORDER BY created_at DESC LIMIT ${MOST_RUNS}`;
  return [...database.rows('task_runs', wanted, rest)].flatMap((row) =>
    runFrom({
      job: row['source_id'],
      store: row['storeKey'],
      status: row['status'],
      at: row['runAtMs'] ?? row['created_at'],
    }),
  );
}

function runLogs(database: ReadDatabase): CronRun[] {
  if (!database.columns('cron_run_logs').has('ts')) return [];
  const wanted = ['store_key', 'job_id', 'status', 'run_at_ms', 'ts'];
  const rows = database.rows('cron_run_logs', wanted, `ORDER BY ts DESC LIMIT ${MOST_RUNS}`);
  return [...rows].flatMap((row) =>
    runFrom({ job: row['job_id'], store: row['store_key'], status: row['status'], at: row['run_at_ms'] ?? row['ts'] }),
  );
}

/** A run from values that may be anything; none when it has not ended. */
export function runFrom(said: { job: unknown; store: unknown; status: unknown; at: unknown }): CronRun[] {
  const [job, status, at] = [textOf(said.job), textOf(said.status, 60), timeOf(said.at)];
  return job === null || status === null || at === null ? [] : [{ job, status, at, store: textOf(said.store, 4096) }];
}

function stateField(...fields: string[]): string {
  const values = fields.map((field) => `json_extract("state_json", '$.${field}')`);
  const value = values.length === 1 ? values[0] : `COALESCE(${values.join(', ')})`;
  return `CASE WHEN json_valid("state_json") THEN ${value} END`;
}

function inUnits(ms: number): string {
  const unit = Object.entries(UNIT).find(([, length]) => ms % length === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}
