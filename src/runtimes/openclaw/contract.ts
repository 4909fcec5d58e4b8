import type { CronJob, Live } from '../../protocol/runtimes.js';
import type { AssembledSession, Findings } from '../facts.js';
import type { Processes } from '../processes.js';

/** What the reader of one OpenClaw home is given once. Paths are absolute. */
export interface OpenclawSetup {
  /** The state directory (`~/.openclaw`), as a real path. */
  root: string;
  /** The person's home: paths in evidence and warnings are relative to it. */
  home: string;
  /** Where the gateway keeps its lock: the system's temporary directory. */
  temporary: string;
  /** A directory of ours where private copies of databases lie while they are read. Made when it is not there. */
  scratch: string;
  /** What `look` gave as `kept` before, name by name, so that nothing is read twice after a start. Any order. */
  kept?: Iterable<readonly [name: string, value: unknown]>;
}

/** What a look needs of the moment. */
export interface OpenclawMoment {
  /** Milliseconds since the epoch. */
  now: number;
  processes: Processes;
  /** Where to say what is found of an agent (its OpenClaw id: `main`), in the order in which copies give way: the first one counts. */
  findings(agentId: string): Findings;
}

/** One agent of OpenClaw, found in folders, in its config or in its list of databases. */
export interface OpenclawAgent {
  /** `main`: on the wire `openclaw:main`. */
  id: string;
  /** As the config calls it; null: it does not. */
  name: string | null;
}

/** Responses that were put down to a Codex thread before its OpenClaw session was known: they are that session's. */
export interface OpenclawMove {
  agentId: string;
  from: string;
  to: string;
}

/** What a look gives: all of it, not the difference to the last one, but for `kept` and `moves`. */
export interface OpenclawLook {
  state: 'reading' | 'absent' | 'failed';
  agents: OpenclawAgent[];
  /** With their agent's OpenClaw id as `agentId`. `errors`, `compactions` and `live` are filled in. */
  sessions: AssembledSession[];
  /** `agent` is `openclaw:<id>`. */
  cron: CronJob[];
  /** The gateway itself (agent `openclaw`, without a session); null: none is known to run. */
  gateway: Live | null;
  /** Versions of OpenClaw that wrote what is read. */
  versions: string[];
  /** Databases and files that are there, and their bytes. */
  files: number;
  bytes: number;
  /** How much of the history has been read. */
  backfill: { done_bytes: number; total_bytes: number };
  /** There is more to read now: look again soon, after others had their turn. */
  more: boolean;
  /** What cannot be used at the moment, and why. Paths are relative to the home. */
  warnings: string[];
  /** To be kept in the same transaction as what `findings` was told: JSON-safe values by name; null: forget it. */
  kept: [name: string, value: unknown][];
  /** To be applied to what the ledger holds, after what `findings` was told. */
  moves: OpenclawMove[];
}

/** Reads one OpenClaw home: looked at again and again, each look reads on from where the last one ended. */
export interface OpenclawReader {
  /** Never throws for what lies in the home; blocks for at most one slice of work (some thousand rows, some MB). */
  look(moment: OpenclawMoment): OpenclawLook;
  /** Gives back what is open. */
  close(): void;
}
