import type { RuntimeName } from '../../protocol/index.js';
import type { GivenProcesses } from '../processes-given.js';
import type { Pace } from '../read/transcripts.js';

/** What the engine is begun with: plain data, because it goes to a thread. Paths are absolute. */
export interface EngineSetup {
  runtimes: readonly RuntimeName[];
  /** Where records of each may be. */
  roots: Readonly<Record<string, readonly string[]>>;
  home: string;
  temporary: string;
  /** For private copies: a directory of ours. */
  scratch: string;
  /** The ledger's file. */
  database: string;
  prices: { path: string; named: boolean };
  /** The workspace's agents: one of the same id has it before one of a runtime. null: there is no workspace. */
  agentsDirectory: string | null;
  /** In the place of this machine's processes; null: those. */
  processes: GivenProcesses | null;
  pace: Partial<Pace>;
  version: string;
}
