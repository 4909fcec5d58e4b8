import type { Clock, WorkspaceLayout } from '../base/index.js';
import type { Logger } from '../base/log.js';
import type { Bus } from '../bus/index.js';
import type { EventDraft, Snapshot } from '../protocol/index.js';
import type { Keeper } from './keeper.js';
import type { LatestMetrics } from './record/latest.js';
import type { Probes } from './record/probes.js';
import type { ReadName, Reads } from './query/reads.js';

/** Milliseconds. */
export interface MetricsSettings {
  collectInterval: number;
  retainRaw: number;
  retainMinutes: number;
  retainHours: number;
  retainEvents: number;
}

export interface MetricsOptions {
  layout: Pick<WorkspaceLayout, 'database'>;
  snapshot: Snapshot;
  bus: Pick<Bus, 'subscribe'>;
  /** Puts events of ours onto the stream. */
  publish: (drafts: EventDraft[]) => void;
  clock: Clock;
  settings: MetricsSettings;
  log: Logger;
  probes: Probes;
  /** Holds the database; one of its own when it is not given. */
  keeper?: Keeper;
  /** Milliseconds that only ever grow, whatever is done to the clock. */
  monotonic?: () => number;
}

/** The history of a workspace: records, collects, keeps and answers. */
export interface MetricsService {
  /**
   * Opens (upgrades, replaces) the database, begins to watch and takes the first sample. A database that cannot be opened
   * is reported by `health` and tried again at each collection.
   */
  start(): Promise<void>;
  /** `available`, or what is wrong. */
  health(): string;
  /** The latest samples, from memory. */
  lastRows(): LatestMetrics;
  /** Tasks that ended in the last hour, over all agents; null before the database was ever open. */
  endedLastHour(): { completed: number; failed: number } | null;
  /** What was wrong with the database that was set aside since the start; empty: none was. */
  setAside(): readonly string[];
  /** Takes a sample now. */
  collect(): Promise<void>;
  /** True for an agent that is there, or was there and left samples. */
  knowsAgent(agent: string): boolean;
  /** Any read as UTF-8 JSON; what takes long is read by a worker. */
  answer<K extends ReadName>(name: K, input: Reads[K]['input']): Promise<Uint8Array>;
  /**
   * Closes the database while its file is replaced (a restore), and opens what is there then.
   * @throws McError `busy` while another process replaces it
   */
  whileClosed<T>(work: () => Promise<T>): Promise<T>;
  /** Writes what is left and closes. */
  stop(): Promise<void>;
}
