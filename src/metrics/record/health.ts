import type { HealthPart, StatusCounts } from '../../protocol/index.js';

/** Everything the score is made from. */
export interface HealthInput {
  counts: StatusCounts;
  /** Tasks that ended in the last hour. */
  ended: { completed: number; failed: number };
  watcherAlive: boolean;
  collectionOnTime: boolean;
  backup: BackupFacts;
}

/** What is known of backups. Seconds. */
export interface BackupFacts {
  /** Age of the newest one; null: there is none. */
  age: number | null;
  limit: number;
  /** False when the schedule is switched off. */
  scheduled: boolean;
}

export interface Health {
  /** 0 to 1: the sum of weight × value. */
  score: number;
  parts: HealthPart[];
}

/** The health score as docs/metrics.md writes it down. */
export function scoreHealth(input: HealthInput): Health {
  const parts = [agentsPart(input.counts), tasksPart(input.ended), freshnessPart(input), backupPart(input.backup)];
  const score = parts.reduce((sum, { weight, value }) => sum + weight * value, 0);
  return { score: Math.round(score * 1e6) / 1e6, parts };
}

/** Known agents that are neither in error nor stale; 1 when none is known. */
function agentsPart(counts: StatusCounts): HealthPart {
  const known = Object.values(counts).reduce((sum, count) => sum + count, 0) - counts.unknown;
  const troubled = counts.error + counts.stale;
  return {
    name: 'agents',
    weight: 0.4,
    value: known === 0 ? 1 : (known - troubled) / known,
    because: `${known} known agents, ${counts.error} in error, ${counts.stale} stale`,
  };
}

/** Success rate of what ended in the last hour; 1 when nothing did. */
function tasksPart({ completed, failed }: HealthInput['ended']): HealthPart {
  const ended = completed + failed;
  return {
    name: 'tasks',
    weight: 0.3,
    value: ended === 0 ? 1 : completed / ended,
    because: `${ended} tasks ended in the last hour, ${failed} of them failed`,
  };
}

/** Half for a watcher that lives, half for a last collection that was on time. */
function freshnessPart({ watcherAlive, collectionOnTime }: HealthInput): HealthPart {
  return {
    name: 'freshness',
    weight: 0.2,
    value: (Number(watcherAlive) + Number(collectionOnTime)) / 2,
    because: `watcher ${watcherAlive ? 'alive' : 'not alive'}, last collection ${collectionOnTime ? 'on time' : 'late'}`,
  };
}

function backupPart({ age, limit, scheduled }: BackupFacts): HealthPart {
  const fine = age === null ? !scheduled : age <= limit;
  const schedule = scheduled ? 'the schedule is on' : 'the schedule is off';
  return {
    name: 'backup',
    weight: 0.1,
    value: Number(fine),
    because:
      age === null
        ? `there is no backup and ${schedule}`
        : `the newest backup is ${Math.round(age)} s old, the limit is ${limit} s`,
  };
}
