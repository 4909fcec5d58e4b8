import { numberFrom } from '../../protocol/index.js';
import { textOf, timeOf } from '../values.js';
import type { NamedDatabase } from './agents.js';
import type { ReadDatabase } from './sqlite.js';

/** A question to the operator that nobody has answered. */
export interface Approval {
  agentId: string | null;
  session: string | null;
  sessionKey: string | null;
  tool: string | null;
  /** The start of the gateway that asked: one of an earlier start waits for nobody. */
  boot: string;
  created: number;
  expires: number;
}

/** One start of the gateway that has no end yet. */
export interface Boot {
  id: string;
  pid: number;
  started: number | null;
}

const MOST = 1000;
const MOST_BOOTS = 10;

/** Databases of agents that OpenClaw has opened, wherever they lie. @throws NotReadable */
export function namedDatabases(database: ReadDatabase): NamedDatabase[] {
  const rows = database.rows('agent_databases', ['agent_id', 'path'], `LIMIT ${MOST}`);
  return [...rows].flatMap((row) => {
    const [agentId, path] = [textOf(row['agent_id']), textOf(row['path'], 4096)];
    return agentId === null || path === null ? [] : [{ agentId, path }];
  });
}

/** Approvals that are pending, newest first. @throws NotReadable */
export function pendingApprovals(database: ReadDatabase): Approval[] {
  const wanted = [
    'source_agent_id',
    'source_session_id',
    'source_session_key',
    'source_tool_name',
    'runtime_epoch',
    'created_at_ms',
    'expires_at_ms',
  ];
  const rest = `WHERE status = 'pending' ORDER BY created_at_ms DESC LIMIT ${MOST}`;
  return [...database.rows('operator_approvals', wanted, rest)].flatMap((row) => {
    const [boot, created] = [textOf(row['runtime_epoch']), timeOf(row['created_at_ms'])];
    if (boot === null || created === null) return [];
    return {
      agentId: textOf(row['source_agent_id']),
      session: textOf(row['source_session_id']),
      sessionKey: textOf(row['source_session_key'], 1000),
      tool: textOf(row['source_tool_name'], 100),
      boot,
      created,
      expires: timeOf(row['expires_at_ms']) ?? Number.POSITIVE_INFINITY,
    };
  });
}

/** Starts of the gateway without an end, newest first. @throws NotReadable */
export function openBoots(database: ReadDatabase): Boot[] {
  const rest = `WHERE completed_at_ms IS NULL ORDER BY started_at_ms DESC LIMIT ${MOST_BOOTS}`;
  return [...database.rows('gateway_boot_lifecycle', ['boot_id', 'pid', 'started_at_ms'], rest)].flatMap((row) => {
    const [id, pid] = [textOf(row['boot_id']), numberFrom(row['pid'])];
    return id === null || pid === null ? [] : { id, pid, started: timeOf(row['started_at_ms']) };
  });
}

/** The version of OpenClaw that wrote a database last. @throws NotReadable */
export function versionOf(database: ReadDatabase): string | null {
  for (const row of database.rows('schema_meta', ['app_version'], 'LIMIT 1')) return textOf(row['app_version'], 40);
  return null;
}
