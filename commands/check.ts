import { Flags } from '@oclif/core';
import { McError, parseDuration, type WorkspaceLayout, workspaceLayout, writeFileAtomic } from '../src/base/index.js';
import {
  askFacts,
  checkedAgent,
  type CheckFacts,
  type CheckLimits,
  checkJunit,
  checkText,
  type CommandOutput,
  McCommand,
  mustHaveWorkspace,
  newestAge,
  reachServer,
  runChecks,
  silenceLimit,
} from '../src/cli/index.js';
import { type Agent, claimsWork, countStatuses, EXIT, isAhead, isoOf } from '../src/protocol/index.js';

export default class Check extends McCommand {
  static override summary = 'Check the fleet, for CI and cron';
  static override description =
    'One line per check with its figure and limit, with --quiet only for those that fail; 5 when one fails. Asks the server, or with --offline reads workspace and database itself.';
  static override exits = ['noServer', 'checkFailed', 'notAllowed'] as const;
  static override examples = [
    '<%= config.bin %> check --min-health 0.9 --require-agent api --require-agent tester',
    '<%= config.bin %> check --offline --json --junit check.xml',
  ];
  static override flags = {
    'min-health': Flags.string({ description: 'Least health score, 0 to 1', default: '0.8', helpValue: 'N' }),
    'max-error-rate': Flags.string({ description: 'Largest share of failed tasks', default: '0.1', helpValue: 'N' }),
    'max-backup-age': Flags.string({
      description: 'Age of the newest backup, 12h unless said; when it is said there has to be one',
      helpValue: 'DURATION',
    }),
    'max-stale': Flags.string({
      description: 'Longest silence of an agent that says it works; twice its own heartbeat where that is longer',
      default: '10m',
    }),
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
      maxBackupAge: duration('max-backup-age', flags['max-backup-age'] ?? '12h'),
      wantsBackup: flags['max-backup-age'] !== undefined,
      maxStale: duration('max-stale', flags['max-stale']),
      requireAgents: flags['require-agent'] ?? [],
    };
    const desk = await this.open(flags);
    const now = Date.now();
    const facts = flags.offline
      ? await readFacts(desk, limits, now)
      : await askFacts(await reachServer(desk.config), now);
    const answer = runChecks(facts, limits, now);
    if (flags.junit !== undefined) await writeFileAtomic(flags.junit, checkJunit(answer));
    const checks = flags.quiet ? answer.checks.filter(({ ok }) => !ok) : answer.checks;
    if (desk.json || checks.length > 0) desk.result(answer, () => checkText({ ...answer, checks }, desk.terminal));
    if (!answer.ok) process.exitCode = EXIT.checkFailed;
  }
}

/** The same from files and database. Nothing is written. @throws McError `workspace.missing` */
async function readFacts({ config }: CommandOutput, limits: CheckLimits, now: number): Promise<CheckFacts> {
  await mustHaveWorkspace(config, { evenDefault: true });
  const layout = workspaceLayout(config.workspace);
  const { listAgentIds, readAgents, timeIn } = await import('../src/workspace/index.js');
  const { scoreHealth } = await import('../src/metrics/record/health.js');
  const { backupsOnRecord } = await import('../src/backup/catalog/on-record.js');
  const { ids } = await listAgentIds(layout.root);
  const readings = await readAgents(layout.root, ids, now);
  const aged = [...readings.values()].flatMap((reading) =>
    reading ? withAge(reading.agent, { maxStale: limits.maxStale, now, timeIn }) : [],
  );
  const standing = await readStanding(layout, now);
  const age = newestAge(await backupsOnRecord(layout), now);
  // A schedule is one of a server: only where one has been does it count that nothing was made.
  const scheduled = standing === null ? null : !config.values.noBackups;
  const { score } = scoreHealth({
    counts: countStatuses(aged),
    ended: standing?.ended ?? { completed: 0, failed: 0 },
    // The files have just been read; whether anybody collects shows in the database.
    watcherAlive: true,
    collectionOnTime: now - (standing?.lastCollection ?? 0) <= 2 * (standing?.collectInterval ?? 60_000),
    backup: { age, limit: limits.maxBackupAge / 1000, scheduled: scheduled === true },
  });
  const agents = aged.map((agent) => {
    const samples = standing?.agents ?? {};
    return checkedAgent(
      { ...agent, ...agent.counters },
      Object.hasOwn(samples, agent.id) ? samples[agent.id] : undefined,
    );
  });
  return { server: null, health: score, agents, backup: { age, scheduled } };
}

async function readStanding({ database }: WorkspaceLayout, now: number) {
  const { readDatabase } = await import('../src/metrics/query/index.js');
  try {
    return await readDatabase(database, 'standing', {}, now, { upgrade: false });
  } catch (error) {
    // No database, an old one, a damaged one: nothing is known from it, and health says so.
    if (error instanceof McError) return null;
    throw error;
  }
}

/**
 * Who says it works but has been silent is stale, as the server would say. An agent that states itself when it was last
 * active is taken at its word: a checkout or a copy gives every file the time at which it was made.
 */
function withAge(agent: Agent, { maxStale, now, timeIn }: Ageing): Agent {
  const stated = statedTimes(agent.state).flatMap((value) => timeIn(value) ?? []);
  const believed = stated.filter((at) => !isAhead(at, now));
  const last_active = (believed.length > 0 ? isoOf(Math.max(...believed)) : null) ?? agent.last_active;
  const silent = last_active !== null && now - Date.parse(last_active) > silenceLimit(agent, maxStale);
  const stale = claimsWork(agent.normalized_status) && silent;
  return { ...agent, last_active, ...(stale ? { normalized_status: 'stale' } : {}) };
}

interface Ageing {
  maxStale: number;
  now: number;
  timeIn: (value: unknown) => number | null;
}

function statedTimes(state: unknown): unknown[] {
  if (typeof state !== 'object' || state === null) return [];
  return ['lastActive', 'last_active'].map((name) => (state as Record<string, unknown>)[name]);
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
