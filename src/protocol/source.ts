import type { Reading } from './reading.js';

/** The source that a server cannot do without. Health calls it `watcher` among the services. */
export const WORKSPACE_SOURCE = 'workspace';

/** How a source does. */
export interface SourceHealth {
  /** `available`, or what is wrong. */
  state: string;
}

/** How what changes reaches whoever reads a source. */
export interface SourceListener {
  /** Every reading but the first, in order. Holds only what changed. */
  onReading: (reading: Reading) => void;
}

/**
 * Something that knows of agents: the workspace's files, the records of a runtime. It does nothing before `start`. Of the
 * workspace alone office and tasks are believed; any source may speak of agents.
 */
export interface Source {
  /** Names it in health and in the log; no two sources share one. */
  readonly name: string;
  /** The first whole reading; what changes after it was read goes to the listener. Called once. */
  start(): Promise<Reading>;
  /** Answers from memory. */
  health(): SourceHealth;
  close(): Promise<void>;
}

/** Makes a source that reports to this listener. */
export type OpenSource = (listener: SourceListener) => Source;
