import type { CronJob, Live, Quota, RuntimeState, TokenCounts } from '../protocol/index.js';
import type { AssembledSession } from './facts.js';
import type { Ledger, PutResult } from './ledger/contract.js';
import type { Processes } from './processes.js';
import type { Pace } from './read/transcripts.js';

/** What the reader of one runtime is given once. Paths are absolute. */
export interface ReaderSetup {
  /** Where its records may be, there or not. */
  roots: readonly string[];
  home: string;
  /** The system's directory for temporary files. */
  temporary: string;
  /** A directory of ours for private copies; there need not be one. */
  scratch: string;
  ledger: Ledger;
  /** Of this program: what an other one has kept of files is not used. */
  version: string;
  /** Hears what became of responses. */
  onPut: (result: PutResult) => void;
  pace: Partial<Pace>;
}

/** What a look needs of the moment. */
export interface Moment {
  /** Milliseconds since the epoch. */
  now: number;
  processes: Processes;
  /** When to give others their turn, on the clock of `performance.now()`. */
  until: number;
}

/** What is known of a runtime as a whole. */
export interface Found {
  state: Extract<RuntimeState, 'reading' | 'absent' | 'failed'>;
  /** As people read them: `~/.claude`. */
  roots: string[];
  files: number;
  bytes: number;
  /** Versions of the runtime that wrote what is read. */
  versions: string[];
  backfill: { done_bytes: number; total_bytes: number };
  warnings: string[];
}

/** What the processes of sessions say that they used, by session and model. Sessions whose processes say nothing are not in it. */
export type Stated = ReadonlyMap<string, Readonly<Record<string, TokenCounts>>>;

/** Sessions and what else is assembled with them. */
export interface Assembled {
  sessions: AssembledSession[];
  cron: CronJob[];
  quotas: Quota[];
  /** Of a copied response several sessions have: which of a session's times says whose it is. */
  rankBy: 'started_at' | 'last_at';
  /** Agents by the runtime's own ids, where it has such: with the name it gives them. */
  agents: { id: string; name: string | null }[];
  /** Absent: the processes of this runtime do not say what they use. */
  stated?: Stated;
  /** A process that serves all agents, as an agent without sessions; null: there is none. */
  gateway: Live | null;
}

export interface RuntimeLook {
  found: Found;
  /** null: nothing has changed since the last look. */
  assembled: Assembled | null;
  /** There is more to read now. */
  more: boolean;
}

/** Reads the records of one runtime, again and again. */
export interface RuntimeReader {
  /** Works until about `until`. Never throws for what lies in the runtime's directories. @throws what the ledger throws */
  look(moment: Moment): RuntimeLook;
  close(): void;
}

export type OpenReader = (setup: ReaderSetup) => RuntimeReader;
