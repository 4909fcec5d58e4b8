import type { Agent, AlertSeverity, Backup, CronJob, MetricRow, Quota, Task, TaskFile } from '../../protocol/index.js';

/** What is known of backups. */
export interface BackupView {
  /** The schedule is on. */
  scheduled: boolean;
  /** The list of backups is known. */
  listed: boolean;
  /** Of the newest full backup, in seconds; null: there is none whose age is known. */
  ageSeconds: number | null;
  /** How old it may be. */
  limitSeconds: number;
  /** The last backup failed, or none can be made: a sentence that says so. Null: neither. */
  failure: string | null;
  /** The same of the last drill. */
  drillFailure: string | null;
  /** Those that are known to be damaged. */
  damaged: readonly Pick<Backup, 'id' | 'verify_error'>[];
}

/** What the runtimes of this machine say. */
export interface RuntimeView {
  jobs: readonly CronJob[];
  quotas: readonly Quota[];
  /** Every runtime that is there could be read. */
  whole: boolean;
}

/** What the server knows beside state and samples. Null: not known yet. */
export interface Facts {
  /** `wanted`: files are polled because a setting asks for it. */
  watcher: { state: string; mode: 'native' | 'polling'; reason: string | null; wanted: boolean } | null;
  backups: BackupView | null;
  runtimes: RuntimeView | null;
  /** Tasks that ended in the last hour, over all agents. */
  ended: { completed: number; failed: number } | null;
  /** Databases that were set aside since the start, each with what was wrong. */
  setAside: readonly string[];
  /** Since the server's start. */
  upMs: number;
}

/** What an agent works on, and how long its tasks take. */
export interface WorkView {
  /** The task it has worked on for longest, and where that is written. */
  task: string;
  source: string;
  ms: number;
  /** 95th percentile of its own tasks, in milliseconds; null: too few have been seen. */
  p95Ms: number | null;
}

/** Everything that rules look at. */
export interface World {
  /** Milliseconds since the epoch. */
  now: number;
  agents: ReadonlyMap<string, Agent>;
  tasks: ReadonlyMap<TaskFile, readonly Task[]>;
  /** The newest samples; null: there are none, or they are too old to say anything of now. */
  samples: { system: MetricRow | null; agents: ReadonlyMap<string, MetricRow> } | null;
  facts: Facts;
  /** Null: it works on none. */
  workOf: (agent: string) => WorkView | null;
}

/** Something of which a rule's condition holds. */
export interface Finding {
  agent: string | null;
  /** For how long it is known to have held, beyond what was seen: by a time in a file. Milliseconds. */
  heldMs?: number;
  value?: number | null;
  /** The limit that was passed where it is not the rule's own. */
  limit?: number | null;
  /** One line: what is wrong; and what it was seen by. */
  say: () => { summary: string; evidence: string };
}

/** What a rule says of the world. What it says nothing of is well. */
export interface Verdict {
  found: (finding: Finding) => void;
  /** Cannot be judged now: its alert stays as it is. Without an agent: none of the rule can. */
  unknown: (agent?: string) => void;
  /** May be found in so many milliseconds although nothing happens. */
  wakeIn: (ms: number) => void;
}

/** When a person should be told. A value: adding one is a file of its own and a line in the list. */
export interface Rule {
  name: string;
  severity: AlertSeverity;
  /** What is wrong, in a few words, as the title of a message. */
  title: string;
  /** What it looks at, and what it asks of it. */
  looksAt: string;
  /** How long the condition must hold, and then not hold. Milliseconds. */
  forMs: number;
  keepFiringMs: number;
  /** How long after an alert the next one about the same waits. */
  cooldownMs: number;
  /** The figure that is the rule's to judge by, and its unit; null for rules that judge none. */
  limit: number | null;
  unit: string | null;
  /** Pure. `limit`: the one in force. */
  judge(world: World, verdict: Verdict, limit: number): void;
}

/** A rule as it is in force: tuned by the user, or one of the user's own. */
export interface ActiveRule extends Rule {
  source: 'builtin' | 'user';
  enabled: boolean;
  /** It fires and is shown, and nobody is told. */
  muted: boolean;
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

/** A text as part of a line: how long it may be there. */
export const IN_LINE = 200;
