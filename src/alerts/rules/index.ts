import { agentError } from './agent-error.js';
import { agentOffline } from './agent-offline.js';
import { agentStale } from './agent-stale.js';
import { agentStuck } from './agent-stuck.js';
import { agentWaiting } from './agent-waiting.js';
import { backupDamaged } from './backup-damaged.js';
import { backupFailed } from './backup-failed.js';
import { backupLate } from './backup-late.js';
import { cronFailed } from './cron-failed.js';
import { cronFlapping } from './cron-flapping.js';
import { cronMissed } from './cron-missed.js';
import { databaseSetAside } from './database-set-aside.js';
import { diskLow } from './disk-low.js';
import { drillFailed } from './drill-failed.js';
import { errorRate } from './error-rate.js';
import { eventLoop } from './event-loop.js';
import { healthScore } from './health-score.js';
import { quotaLow } from './quota-low.js';
import type { Rule } from './rule.js';
import { taskOverdue } from './task-overdue.js';
import { watcherDown } from './watcher-down.js';
import { watcherPolling } from './watcher-polling.js';

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
  cronFailed,
  cronFlapping,
  cronMissed,
  quotaLow,
  diskLow,
  watcherPolling,
  watcherDown,
  eventLoop,
  databaseSetAside,
];

export type { ActiveRule, BackupView, Facts, Finding, Rule, RuntimeView, WorkView, World } from './rule.js';
export { activeRules } from './active.js';
