import type { Agent } from './agents.js';
import type { DatedBackup } from './newest-backup.js';
import type { MetricRow } from './metrics.js';

/** What a workspace says when it is read without a server. */
export interface WorkspaceFacts {
  /** 0 to 1. */
  health: number;
  /** Sorted by id. */
  agents: readonly Agent[];
  /** The newest sample of each agent, by id; without a database there are none. */
  samples: Readonly<Record<string, Partial<MetricRow>>>;
  backups: readonly DatedBackup[];
  /** Whether backups are made by themselves here; null: no server has been here. */
  scheduled: boolean | null;
}
