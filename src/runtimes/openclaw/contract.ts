import type { CronJob, Live } from '../../protocol/index.js';
import type { AssembledSession, DropReason, Findings } from '../facts.js';
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
  /**
   * Where to say what is found of an agent (its OpenClaw id: `main`). Copies carry the same key, in any order: a response
   * belongs to the session that began first. `repeat`: what one is called that is known already in its own session.
   */
  findings(agentId: string, repeat: DropReason): Findings;
}

/** One agent of OpenClaw, found in folders, in its config or in its list of databases. */
export interface OpenclawAgent {
  /** `main`: on the wire `openclaw:main`. */
  id: string;
  /** As the config calls it; null: it does not. */
  name: string | null;
}

/** What a look gives: all of it, not the difference to the last one, but for `read` and `kept`. */
export interface OpenclawLook {
  state: 'reading' | 'absent' | 'failed';
  agents: OpenclawAgent[];
  /**
   * With their agent's OpenClaw id as `agentId`; the same list as the last time while nothing is new, as is `cron`. A copied response belongs to the one with the smallest `started_at`.
   */
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
  /** Entries that this look went through, and those among them that are not JSON. */
  read: { lines: number; malformed: number };
  /** There is more to read now: look again soon, after others had their turn. */
  more: boolean;
  /** What cannot be used at the moment, and why. Paths are relative to the home. */
  warnings: string[];
  /** To be kept in the same transaction as what `findings` was told: JSON-safe values by name; null: forget it. */
  kept: [name: string, value: unknown][];
}

/** Reads one OpenClaw home: looked at again and again, each look reads on from where the last one ended. */
export interface OpenclawReader {
  /** Never throws for what lies in the home; blocks for at most one slice of work (some thousand rows, some MB). */
  look(moment: OpenclawMoment): OpenclawLook;
  /** Gives back what is open. */
  close(): void;
}
