import type { Agent, AgentWarning } from './agents.js';
import type { FileChange } from './files.js';
import type { Office } from './office.js';
import type { Task, TaskFile } from './tasks.js';

/** What one agent's directory said. */
export interface AgentReading {
  /** The agent as its files describe it now. Its status is never `stale`: only time makes it so. */
  agent: Agent;
  /**
   * Set when state.json was there but could not be used: whoever holds an older good state keeps what came from it.
   * The same warning stands in `agent.warnings`.
   */
  broken: AgentWarning | null;
  /** Names of memory/*.md with their mtimes in milliseconds: a new or newer one means that a memory was written. */
  memory: Record<string, number>;
  /** Some time lay ahead of the clock and was not believed: later, or when the clock is put right, it may be. */
  ahead?: true;
}

/** What the office file said: an office, nothing (no file), or a refusal with its place and reason. */
export type OfficeReading =
  | { office: Office | null; passedOver?: PassedOver }
  | { refused: { place: string | null; reason: string } };

/** What a file holds that is not shown, in words: what lies over a bound, or cannot be meant. Absent when there is nothing. */
export type PassedOver = string[];

/** What one task file said: its tasks (none when it is missing), or a refusal. */
export type TaskFileReading =
  | { tasks: Task[]; warnings: { line: number; reason: string }[]; passedOver?: PassedOver }
  | { refused: { place: string | null; reason: string } };

/** What the files said at one time. Only what was read is in it; the rest is as it was. */
export interface Reading {
  /** Milliseconds since the epoch. */
  at: number;
  /** Per agent id; null: its directory is gone. */
  agents: Map<string, AgentReading | null>;
  office?: OfficeReading;
  tasks: Map<TaskFile, TaskFileReading>;
  /** Changes of watched files that belong to none of the above. */
  files: FileChange[];
}

/** A reading that says nothing. */
export function emptyReading(at: number): Reading {
  return { at, agents: new Map(), tasks: new Map(), files: [] };
}
