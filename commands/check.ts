import { readdir } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { McError, parseDuration, type WorkspaceLayout, workspaceLayout, writeFileAtomic } from '../src/base/index.js';
import {
  type CheckFacts,
  type CheckLimits,
  checkJunit,
  checkText,
  type Desk,
  McCommand,
  reachServer,
  runChecks,
} from '../src/cli/index.js';
import { type Agent, claimsWork, countStatuses, endedOf, EXIT, type MetricRow } from '../src/protocol/index.js';

export default class Check extends McCommand {
  static override summary = 'Check the fleet, for CI and cron';
  static override description =
    'One line per check with its figure and limit; 5 when one fails. Asks the server, or with --offline reads workspace and database itself.';
  static override exits = ['noServer', 'checkFailed', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> check --min-health 0.9 --require-agent api --require-agent tester',
    '<%= config.bin %> check --offline --json --junit check.xml',
  ];
  static override flags = {
    'min-health': Flags.string({ description: 'Least health score, 0 to 1', default: '0.8', helpValue: 'N' }),
    'max-error-rate': Flags.string({ description: 'Largest share of failed tasks', default: '0.1', helpValue: 'N' }),
    'max-backup-age': Flags.string({
      description: 'Age of the newest backup, where there are backups',
      default: '12h',
    }),
    'max-stale': Flags.string({ description: 'Longest silence of an agent that says it works', default: '10m' }),
    'require-agent': Flags.string({
      description: 'This agent must be active, busy or idle',
      helpValue: 'ID',
      multiple: true,
      multipleNonGreedy: true,
    }),
    junit: Flags.string({ description: 'Also write the checks as JUnit XML', helpValue: 'FILE' }),
    offline: Flags.boolean({ description: 'Without a server' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Check);
    const limits: CheckLimits = {
      minHealth: share('min-health', flags['min-health']),
      maxErrorRate: share('max-error-rate', flags['max-error-rate']),
      maxBackupAge: duration('max-backup-age', flags['max-backup-age']),
      maxStale: duration('max-stale', flags['max-stale']),
      requireAgents: flags['require-agent'] ?? [],
    };
    const desk = await this.open(flags);
    const now = Date.now();
    const facts = flags.offline ? await readFacts(desk, limits, now) : await askFacts(desk);
    const answer = runChecks(facts, limits, now);
    if (flags.junit !== undefined) await writeFileAtomic(flags.junit, checkJunit(answer));
    desk.result(answer, () => checkText(answer, desk.terminal));
    if (!answer.ok) process.exitCode = EXIT.checkFailed;
  }
}

async function askFacts(desk: Desk): Promise<CheckFacts> {
  const { rest } = await reachServer(desk.config);
  const [{ agents }, { metrics }] = await Promise.all([rest.agents(), rest.systemStatus()]);
  const figure = (name: string) => {
    const value = metrics.system?.[name];
    return typeof value === 'number' ? value : null;
  };
  const ended = agents.map((agent) => ({ ...agent, ...endedOf(agent.metrics) }));
  return { health: figure('system_health_score'), agents: ended, backupAge: figure('backup_age_seconds') };
}

/** The same from files and database. Nothing is written, and nothing needs to be there. */
async function readFacts(desk: Desk, limits: CheckLimits, now: number): Promise<CheckFacts> {
  const layout = workspaceLayout(desk.config.workspace);
  const { listAgentIds, readAgents } = await import('../src/workspace/index.js');
  const { scoreHealth } = await import('../src/metrics/health.js');
  const { ids } = await listAgentIds(layout.root);
  const readings = await readAgents(layout.root, ids, now);
  const agents = [...readings.values()].flatMap((reading) => reading?.agent ?? []);
  const aged = agents.map((agent) => withAge(agent, limits.maxStale, now));
  const standing = await readStanding(layout, now);
  const backupAge = await newestBackupAge(layout, now);
  const { score } = scoreHealth({
    counts: countStatuses(aged),
    ended: standing?.ended ?? { completed: 0, failed: 0 },
    // The files have just been read; whether anybody collects shows in the database.
    watcherAlive: true,
    collectionOnTime: now - (standing?.lastCollection ?? 0) <= 2 * (standing?.collectInterval ?? 60_000),
    backup: { age: backupAge, limit: limits.maxBackupAge / 1000, scheduled: false },
  });
  const ended = aged.map((agent) => ({ ...agent, ...endedBy(agent, standing?.agents[agent.id]) }));
  return { health: score, agents: ended, backupAge };
}

/** What the agent's file states now, where it states both; else what its latest sample says, which also knows what was seen. */
function endedBy({ counters }: Agent, sample: MetricRow | undefined) {
  return counters.tasks_completed !== null && counters.tasks_failed !== null ? counters : endedOf(sample);
}

async function readStanding({ database }: WorkspaceLayout, now: number) {
  const { readDatabase } = await import('../src/metrics/query.js');
  try {
    return await readDatabase(database, 'standing', {}, now, { upgrade: false });
  } catch (error) {
    // No database, an old one, a damaged one: nothing is known from it, and health says so.
    if (error instanceof McError) return null;
    throw error;
  }
}

/** Who says it works but has been silent is stale, as the server would say. */
function withAge(agent: Agent, maxStale: number, now: number): Agent {
  const limit = Math.max(maxStale, (agent.heartbeat_interval ?? 0) * 2000);
  const silent = agent.last_active !== null && now - Date.parse(agent.last_active) > limit;
  return claimsWork(agent.normalized_status) && silent ? { ...agent, normalized_status: 'stale' } : agent;
}

const BACKUP_NAME = /^(?:backup|snapshot)_(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})/;

/** From the names of the archives; their times are UTC. */
async function newestBackupAge({ backups }: WorkspaceLayout, now: number): Promise<number | null> {
  const names = await readdir(backups).catch(() => []);
  const times = names.flatMap((name) => {
    const [year, month, day, hour, minute, second] = (BACKUP_NAME.exec(name) ?? []).slice(1).map(Number);
    return year === undefined ? [] : Date.UTC(year, (month ?? 1) - 1, day, hour, minute, second);
  });
  return times.length > 0 ? Math.max(0, Math.round((now - Math.max(...times)) / 1000)) : null;
}

function share(flag: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new McError('usage', `--${flag}: "${text}" is not a share`, { hint: 'accepted is a number from 0 to 1' });
}

function duration(flag: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  throw new McError('usage', `--${flag}: "${text}" is not a duration`, { hint: 'accepted is 90s, 10m, 12h, 7d' });
}
