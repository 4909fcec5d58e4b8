import { Type, type TSchema } from '@sinclair/typebox';
import type { RouteName } from '../../protocol/index.js';

/**
 * Routes that clients call which were not written for us: those of the older backend, whose pages add what keeps caches away,
 * and those for browsers, probes and scrapers. They ignore query parameters that they do not know; every other route refuses
 * them, because a word that is spelt wrong would be answered as if it had not been said.
 */
const IGNORING: ReadonlySet<RouteName> = new Set([
  'home',
  'health',
  'alive',
  'ready',
  'agents',
  'agentsStatus',
  'agent',
  'agentMetrics',
  'agentHistory',
  'systemMetrics',
  'systemEvents',
  'systemStatus',
  'activityLog',
  'prometheus',
  'tasks',
  'activeTasks',
  'createTasks',
  'backups',
  'createBackup',
  'backupProcedures',
  'restoreBackup',
  'websocketStatus',
  'filesBrowse',
  'filesRead',
  'docs',
  'docsStyle',
]);

/** Whether a route ignores query parameters that it does not know. */
export function ignoresOthers(route: RouteName): boolean {
  return IGNORING.has(route);
}

/** What a route's query is held against: where others are refused, nothing but the parameters of its schema. */
export function querySchemaOf(route: RouteName, query: TSchema | undefined): TSchema | undefined {
  return ignoresOthers(route) ? query : { ...(query ?? Type.Object({})), additionalProperties: false };
}
