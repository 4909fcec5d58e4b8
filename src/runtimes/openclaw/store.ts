import type { CronJob } from '../../protocol/index.js';
import type { NamedDatabase } from './agents.js';
import { cronJobs, type CronRun, type StoredJob, storedJobs, storedRuns } from './cron.js';
import { createCronFiles } from './cron-files.js';
import { type Approval, type Boot, namedDatabases, openBoots, pendingApprovals, versionOf } from './global.js';
import type { Around, ReadDatabase } from './sqlite.js';
import { watchDatabase } from './watched.js';

/** What the global database said last. */
export interface GlobalKnown {
  databases: NamedDatabase[];
  approvals: Approval[];
  boots: Boot[];
  version: string | null;
  problem: string | null;
}

/** The global database of OpenClaw, and the files that hold cron jobs where it does not. */
export interface GlobalStore {
  look(now: number, around: Around): GlobalKnown;
  /**
   * The same list as before while nothing is new.
   * @param fallback the agent of jobs that name none
   */
  cron(now: number, fallback: string): CronJob[];
  size(): number | null;
  close(): void;
}

/** Runs are counted no more often than this: the database changes with everything that happens. */
const CRON_MS = 5_000;

export function createGlobalStore(root: string, path: string): GlobalStore {
  const watched = watchDatabase(path);
  const files = createCronFiles(root);
  let known: GlobalKnown = { databases: [], approvals: [], boots: [], version: null, problem: null };
  let listed = { jobs: [] as CronJob[], fallback: '', at: Number.NaN, from: null as unknown };
  let cron: { jobs: StoredJob[] | null; runs: CronRun[]; at: number } = { jobs: null, runs: [], at: Number.NaN };

  const read = (database: ReadDatabase, now: number): boolean => {
    known = {
      databases: namedDatabases(database),
      approvals: pendingApprovals(database),
      boots: openBoots(database),
      version: versionOf(database),
      problem: null,
    };
    if (now >= cron.at && now - cron.at < CRON_MS) return false;
    const jobs = storedJobs(database);
    cron = { jobs, runs: jobs === null ? [] : storedRuns(database), at: now };
    return true;
  };
  return {
    look(now, around) {
      const problem = watched.look(now, around, false, (database) => read(database, now));
      if (watched.size() === null) {
        known = { databases: [], approvals: [], boots: [], version: null, problem: null };
        cron = { jobs: null, runs: [], at: Number.NaN };
      }
      known.problem = problem;
      return known;
    },
    cron(now, fallback) {
      const inFiles = cron.jobs === null;
      const isFresh = inFiles ? now >= listed.at && now - listed.at < CRON_MS : true;
      if (isFresh && listed.from === cron.jobs && listed.fallback === fallback) return listed.jobs;
      const { jobs, runs } = cron.jobs === null ? files.look() : { jobs: cron.jobs, runs: cron.runs };
      const next = cronJobs(jobs, runs, fallback);
      const isSame = JSON.stringify(next) === JSON.stringify(listed.jobs);
      listed = { jobs: isSame ? listed.jobs : next, fallback, at: now, from: cron.jobs };
      return listed.jobs;
    },
    size: () => watched.size(),
    close: () => watched.close(),
  };
}
