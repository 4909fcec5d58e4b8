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
  /** @param fallback the agent of jobs that name none */
  cron(fallback: string): CronJob[];
  size(): number | null;
  close(): void;
}

/** Runs are counted no more often than this: the database changes with everything that happens. */
const CRON_MS = 5_000;

export function createGlobalStore(root: string, path: string): GlobalStore {
  const watched = watchDatabase(path);
  const files = createCronFiles(root);
  let known: GlobalKnown = { databases: [], approvals: [], boots: [], version: null, problem: null };
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
    cron(fallback) {
      if (cron.jobs !== null) return cronJobs(cron.jobs, cron.runs, fallback);
      const { jobs, runs } = files.look();
      return cronJobs(jobs, runs, fallback);
    },
    size: () => watched.size(),
    close: () => watched.close(),
  };
}
