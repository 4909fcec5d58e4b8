import { agentError } from './agent-error.js';
import { agentOffline } from './agent-offline.js';
import { agentStale } from './agent-stale.js';
import { agentStuck } from './agent-stuck.js';
import { agentWaiting } from './agent-waiting.js';
import { backupDamaged, backupFailed, backupLate, drillFailed } from './backups.js';
import { databaseSetAside } from './database-set-aside.js';
import { diskLow } from './disk-low.js';
import { errorRate } from './error-rate.js';
import { eventLoop } from './event-loop.js';
import { healthScore } from './health-score.js';
import type { Rule } from './rule.js';
import { taskOverdue } from './task-overdue.js';
import { watcherDown, watcherPolling } from './watcher.js';

/** The rules that every server has. */
export const BUILTIN_RULES: readonly Rule[] = [
  agentError,
  agentWaiting,
  agentStale,
  agentOffline,
  agentStuck,
  errorRate,
  healthScore,
  taskOverdue,
  backupFailed,
  backupLate,
  backupDamaged,
  drillFailed,
  diskLow,
  watcherPolling,
  watcherDown,
  eventLoop,
  databaseSetAside,
];

export type { ActiveRule, BackupView, Facts, Finding, Rule, Verdict, WorkView, World } from './rule.js';
export { activeRules } from './active.js';
