import {
  type Agent,
  type AgentStatus,
  type AgentWarning,
  type Alert,
  ageOf,
  byLoudness,
  countStatuses,
  formatDuration,
  type HealthAnswer,
  isLoud,
  waitsForAnswer,
} from '../protocol/index.js';
import { counted, unwellServices } from '../view/index.js';

/** What the checks look at, the same with a server and without. null: not known, or not looked at. */
export interface CheckFacts {
  /** What the server says of itself; null: no server was asked. */
  server: Pick<HealthAnswer, 'status' | 'services' | 'sources'> | null;
  /** 0 to 1. */
  health: number | null;
  agents: readonly CheckedAgent[];
  backup: {
    /** Seconds; null when there is no backup whose age is known. */
    age: number | null;
    /** Whether backups are made by themselves here; null: it is not known. */
    scheduled: boolean | null;
  };
  /** Those that fire and those that are about to; null: nobody watches for any. */
  alerts: readonly Alert[] | null;
}

export type CheckedAgent = Pick<
  Agent,
  'id' | 'normalized_status' | 'since' | 'last_active' | 'heartbeat_interval' | 'warnings'
> & {
  /** Absent: a server of before. */
  live?: Agent['live'];
  /** Tasks that ended as they were measured, else as its files state them; null: not known. */
  completed: number | null;
  failed: number | null;
};

/** Durations in milliseconds. */
export interface CheckLimits {
  minHealth: number;
  maxErrorRate: number;
  maxBackupAge: number;
  /** A backup is asked for, whether or not any are made by themselves. */
  wantsBackup: boolean;
  maxStale: number;
  maxWaiting: number;
  requireAgents: readonly string[];
  /** No alert may fire, but those that are silenced. */
  noFiring: boolean;
}

export interface Check {
  name: string;
  /** False only for what was looked at and found wanting. */
  ok: boolean;
  /** True: there was nothing to look at. It neither passed nor failed. */
  skipped: boolean;
  value: number | string | null;
  limit: number | string | null;
  unit: string;
  message: string;
}

export interface CheckAnswer {
  ok: boolean;
  checks: Check[];
}

/** Holds the facts against the limits. `now`: milliseconds since the epoch. */
export function runChecks(facts: CheckFacts, limits: CheckLimits, now: number): CheckAnswer {
  const checks = [
    ...(facts.server === null ? [] : [serverCheck(facts.server)]),
    fleetCheck(facts.agents),
    filesCheck(facts.agents),
    healthCheck(facts.health, limits.minHealth),
    errorRateCheck(facts.agents, limits.maxErrorRate),
    backupCheck(facts.backup, limits),
    staleCheck(facts.agents, limits.maxStale, now),
    waitingCheck(facts.agents, limits.maxWaiting, now),
    ...(limits.noFiring ? [firingCheck(facts.alerts)] : []),
    ...limits.requireAgents.map((id) => agentCheck(facts.agents, id)),
  ];
  return { ok: checks.every(({ ok }) => ok), checks };
}

/** A server that is not well says itself what is wrong. */
function serverCheck(server: NonNullable<CheckFacts['server']>): Check {
  const { status } = server;
  const why = unwellServices(server)
    .map(({ service, state }) => `${service}: ${state}`)
    .join(', ');
  const message = why === '' ? status : `${status} (${why})`;
  return check('server', status === 'healthy', { value: status, limit: 'healthy', unit: 'status', message });
}

/** Whether there is a fleet at all, and anybody of it there. */
function fleetCheck(agents: readonly CheckedAgent[]): Check {
  const there = agents.filter(({ normalized_status: status }) => status !== 'offline' && status !== 'unknown');
  const counts = countStatuses(agents);
  const words = Object.entries(counts).flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : []));
  const message =
    agents.length === 0
      ? 'there are no agents: each directory of mission-control/agents is one'
      : `${counted(agents.length, 'agent')}: ${words.join(', ')}`;
  return check('fleet', there.length > 0, { value: there.length, limit: 1, unit: 'agents', message });
}

/** State files that say nothing, because they cannot be read. What the status then shows is old, or unknown. */
function filesCheck(agents: readonly CheckedAgent[]): Check {
  const broken = agents.flatMap(({ id, warnings }) => {
    const found = warnings.find(isBroken);
    return found ? [`${id}/${found.file}${found.place === null ? '' : ` ${found.place}`}: ${found.reason}`] : [];
  });
  const figures = { value: broken.length, limit: 0, unit: 'files' };
  if (agents.length === 0) return skip('files', { ...figures, value: null, message: 'there are none' });
  const message = broken.length === 0 ? 'every state.json that is there can be read' : broken.slice(0, 5).join('; ');
  return check('files', broken.length === 0, { ...figures, message });
}

/** A file that was refused is named with a line of it or as a whole, a field that makes no sense by its name. */
function isBroken({ file, place, reason }: AgentWarning): boolean {
  const whole = place === null || place.startsWith('line ');
  return file === 'state.json' && whole && !/sign of life|not valid UTF-8/.test(reason);
}

function healthCheck(value: number | null, limit: number): Check {
  const ok = value !== null && value >= limit;
  const message = value === null ? `not known (at least ${limit})` : `${figure(value)} (at least ${limit})`;
  return check('health', ok, { value, limit, unit: 'ratio', message });
}

/** Of all tasks that ended. Where nothing ended there is nothing to judge, and who cannot be counted is named. */
function errorRateCheck(agents: readonly CheckedAgent[], limit: number): Check {
  const known = agents.filter(({ completed, failed }) => completed !== null && failed !== null);
  const failed = known.reduce((sum, agent) => sum + (agent.failed ?? 0), 0);
  const ended = failed + known.reduce((sum, agent) => sum + (agent.completed ?? 0), 0);
  const value = ended === 0 ? null : Math.round((failed / ended) * 1e6) / 1e6;
  const uncounted = agents.filter((agent) => !known.includes(agent)).map(({ id }) => id);
  const unknown = uncounted.length === 0 ? '' : `, not known of ${few(uncounted)}`;
  const found = value === null ? 'no task has ended' : `${figure(value)}, ${failed} of ${ended} tasks failed`;
  const figures = { value, limit, unit: 'ratio', message: `${found}${unknown} (at most ${limit})` };
  return value === null ? skip('error_rate', figures) : check('error_rate', value <= limit, figures);
}

function backupCheck({ age, scheduled }: CheckFacts['backup'], { maxBackupAge, wantsBackup }: CheckLimits): Check {
  const limit = maxBackupAge / 1000;
  const accepted = `(at most ${formatDuration(maxBackupAge)})`;
  const figures = { value: age, limit, unit: 'seconds' };
  if (age !== null) {
    const message = `${formatDuration(age * 1000)} old ${accepted}`;
    return check('backup_age', age <= limit, { ...figures, message });
  }
  if (wantsBackup || scheduled === true) {
    const why = scheduled === true ? ', although the schedule is on' : '';
    return check('backup_age', false, { ...figures, message: `there is no backup${why} ${accepted}` });
  }
  const why = scheduled === false ? 'and none are scheduled' : 'and no server was ever here to make any';
  return skip('backup_age', { ...figures, message: `there is no backup, ${why}` });
}

const WORKING: readonly AgentStatus[] = ['active', 'busy', 'stale'];

/** The longest silence of an agent that says it works, beyond what it may be silent. */
function staleCheck(agents: readonly CheckedAgent[], limitMs: number, now: number): Check {
  const working = agents.filter((agent) => WORKING.includes(agent.normalized_status));
  const silent = working
    .map((agent) => ({ id: agent.id, ms: silenceOf(agent, now), limitMs: silenceLimit(agent, limitMs) }))
    .sort((a, b) => Number(isLate(b)) - Number(isLate(a)) || (b.ms ?? 0) - (a.ms ?? 0));
  const limit = limitMs / 1000;
  const figures = { value: null, limit, unit: 'seconds' };
  const longest = silent[0];
  if (!longest) return skip('staleness', { ...figures, message: 'no agent says that it works' });
  const late = silent.filter(isLate);
  const who = late.length > 0 ? few(late.map(({ id }) => id)) : longest.id;
  const value = longest.ms === null ? null : Math.round(longest.ms / 1000);
  const found = longest.ms === null ? 'gives no sign of life' : `silent for ${formatDuration(longest.ms)}`;
  const message = `${who} ${found} (at most ${formatDuration(longest.limitMs)})`;
  return check('staleness', late.length === 0, { ...figures, value, message });
}

function isLate({ ms, limitMs }: { ms: number | null; limitMs: number }): boolean {
  return ms === null || ms > limitMs;
}

/** Null: it has never given a sign, or only ones from ahead of the clock. */
function silenceOf({ last_active: sign }: CheckedAgent, now: number): number | null {
  return sign === null ? null : ageOf(Date.parse(sign), now);
}

/** How long an agent may be silent: who says that its heart beats once an hour is not late after ten minutes. */
function silenceLimit({ heartbeat_interval: seconds }: Pick<Agent, 'heartbeat_interval'>, limitMs: number): number {
  return Math.max(limitMs, 2000 * (seconds ?? 0));
}

/** The longest that an agent has waited for a person. A wait whose beginning is not known is not judged, but told. */
function waitingCheck(agents: readonly CheckedAgent[], limitMs: number, now: number): Check {
  const waits = agents
    .filter(waitsForAnswer)
    .map(({ id, since }) => ({ id, ms: since === null ? null : ageOf(Date.parse(since), now) }))
    .sort((a, b) => (b.ms ?? -1) - (a.ms ?? -1));
  const figures = { value: null, limit: limitMs / 1000, unit: 'seconds' };
  const longest = waits[0];
  if (agents.length === 0) return skip('waiting', { ...figures, message: 'there are no agents' });
  if (!longest) return check('waiting', true, { ...figures, message: 'no agent waits for a person' });
  const { ms } = longest;
  const late = waits.filter((wait) => wait.ms !== null && wait.ms > limitMs);
  const who = few((late.length > 0 ? late : waits.slice(0, 1)).map(({ id }) => id));
  const since = ms === null ? 'nobody knows since when' : `for ${formatDuration(ms)}`;
  const message = `${who} ${late.length > 1 ? 'wait' : 'waits'} for a person, ${since} (at most ${formatDuration(limitMs)})`;
  return check('waiting', late.length === 0, {
    ...figures,
    value: ms === null ? null : Math.round(ms / 1000),
    message,
  });
}

/**
 * Alerts that fire. One that is silenced or muted is named and does not fail: a person has said that it may be so. One that is
 * acknowledged fails: a person knows that it is wrong, and it is wrong still.
 */
function firingCheck(alerts: readonly Alert[] | null): Check {
  const figures = { value: null, limit: 0, unit: 'alerts' };
  if (alerts === null)
    return check('alerts', false, { ...figures, message: 'not known: this server watches for none' });
  const firing = alerts.filter(({ state }) => state === 'firing').toSorted(byLoudness);
  const loud = firing.filter(isLoud);
  const silenced = firing.filter(({ silenced_until: until }) => until !== null);
  const muted = firing.filter((alert) => !isLoud(alert) && !silenced.includes(alert));
  const more = loud.length - 5;
  const named = loud.slice(0, 5).map(alertWords).join('; ') + (more > 0 ? ` and ${more} more` : '');
  const quiet = [
    ...(silenced.length === 0 ? [] : [` (silenced: ${few(silenced.map(alertName))})`]),
    ...(muted.length === 0 ? [] : [` (muted: ${few(muted.map(alertName))})`]),
  ];
  const message = [loud.length === 0 ? 'no alert fires' : named, ...quiet].join('');
  return check('alerts', loud.length === 0, { ...figures, value: loud.length, message });
}

function alertName({ rule, agent }: Alert): string {
  return agent === null ? rule : `${rule} of ${agent}`;
}

function alertWords(alert: Alert): string {
  const known = alert.acknowledged_at === null ? '' : ', acknowledged';
  return `${alertName(alert)} (${alert.severity}${known}): ${alert.summary}`;
}

const WELL: readonly AgentStatus[] = ['active', 'busy', 'idle', 'waiting'];

function agentCheck(agents: readonly CheckedAgent[], id: string): Check {
  const status = agents.find((agent) => agent.id === id)?.normalized_status ?? null;
  const ok = status !== null && WELL.includes(status);
  const message = status === null ? 'there is no such agent' : `${status} (one of ${WELL.join(', ')})`;
  return check(`agent:${id}`, ok, { value: status, limit: WELL.join('|'), unit: 'status', message });
}

type Figures = Pick<Check, 'value' | 'limit' | 'unit' | 'message'>;

function check(name: string, ok: boolean, figures: Figures): Check {
  return { name, ok, skipped: false, ...figures };
}

function skip(name: string, figures: Figures): Check {
  return { name, ok: true, skipped: true, ...figures };
}

/** The first few of many names. */
function few(names: readonly string[]): string {
  const more = names.length - 5;
  return more > 0 ? `${names.slice(0, 5).join(', ')} and ${more} more` : names.join(', ');
}

function figure(value: number): string {
  return String(Math.round(value * 10_000) / 10_000);
}
