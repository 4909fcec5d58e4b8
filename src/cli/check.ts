import type { Agent, AgentStatus } from '../protocol/index.js';
import { formatDuration } from '../base/index.js';
import { cleanText } from './clean.js';
import { paint, type Terminal } from './terminal.js';
import { pad } from './width.js';

/** What the checks look at. null: not known. */
export interface CheckFacts {
  /** 0 to 1. */
  health: number | null;
  agents: readonly CheckedAgent[];
  /** Seconds; null when there is no backup. */
  backupAge: number | null;
}

export type CheckedAgent = Pick<Agent, 'id' | 'normalized_status' | 'last_active'> & {
  tasks_completed: number | null;
  tasks_failed: number | null;
};

/** Durations in milliseconds. */
export interface CheckLimits {
  minHealth: number;
  maxErrorRate: number;
  maxBackupAge: number;
  maxStale: number;
  requireAgents: readonly string[];
}

export interface Check {
  name: string;
  ok: boolean;
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
    healthCheck(facts.health, limits.minHealth),
    errorRateCheck(facts.agents, limits.maxErrorRate),
    backupCheck(facts.backupAge, limits.maxBackupAge),
    staleCheck(facts.agents, limits.maxStale, now),
    ...limits.requireAgents.map((id) => agentCheck(facts.agents, id)),
  ];
  return { ok: checks.every(({ ok }) => ok), checks };
}

/** One line per check: ✓ or ✗, its name, its figure and limit. */
export function checkText({ checks }: CheckAnswer, terminal: Terminal): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const marks = terminal.unicode ? ['✓', '✗'] : ['+', 'x'];
  return checks
    .map(({ name, ok, message }) => {
      const mark = paint(terminal, ok ? 'green' : 'red', (ok ? marks[0] : marks[1]) ?? '');
      return `${mark} ${pad(cleanText(name), width)}  ${cleanText(message)}`;
    })
    .join('\n');
}

/** The checks as JUnit XML, which CI systems show as tests. */
export function checkJunit({ checks }: CheckAnswer): string {
  const failures = checks.filter(({ ok }) => !ok).length;
  const cases = checks.map(({ name, ok, message }) => {
    const head = `  <testcase classname="mc.check" name="${xml(name)}" time="0"`;
    const text = xml(message);
    return ok
      ? `${head}><system-out>${text}</system-out></testcase>`
      : `${head}><failure message="${text}">${text}</failure></testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="mc check" tests="${checks.length}" failures="${failures}" errors="0" skipped="0" time="0">`,
    ...cases,
    '</testsuite>',
    '',
  ].join('\n');
}

function healthCheck(value: number | null, limit: number): Check {
  const ok = value !== null && value >= limit;
  const message = value === null ? `not known (at least ${limit})` : `${figure(value)} (at least ${limit})`;
  return { name: 'health', ok, value, limit, unit: 'ratio', message };
}

/** Of all tasks that agents count as ended; nothing ended is no error. */
function errorRateCheck(agents: readonly CheckedAgent[], limit: number): Check {
  const counted = agents.filter((agent) => agent.tasks_completed !== null && agent.tasks_failed !== null);
  const failed = counted.reduce((sum, agent) => sum + (agent.tasks_failed ?? 0), 0);
  const ended = failed + counted.reduce((sum, agent) => sum + (agent.tasks_completed ?? 0), 0);
  const value = ended === 0 ? null : Math.round((failed / ended) * 1e6) / 1e6;
  const found = value === null ? 'no task has ended' : `${figure(value)}, ${failed} of ${ended} tasks failed`;
  const ok = value === null || value <= limit;
  return { name: 'error_rate', ok, value, limit, unit: 'ratio', message: `${found} (at most ${limit})` };
}

function backupCheck(age: number | null, limitMs: number): Check {
  const limit = limitMs / 1000;
  const found = age === null ? 'there are no backups' : `${formatDuration(age * 1000)} old`;
  const message = `${found} (at most ${formatDuration(limitMs)})`;
  return { name: 'backup_age', ok: age === null || age <= limit, value: age, limit, unit: 'seconds', message };
}

const WORKING: readonly AgentStatus[] = ['active', 'busy', 'stale'];

/** The longest silence of an agent that says it works. */
function staleCheck(agents: readonly CheckedAgent[], limitMs: number, now: number): Check {
  const working = agents.filter((agent) => WORKING.includes(agent.normalized_status));
  const silent = working.map((agent) => ({ id: agent.id, ms: silenceOf(agent, now) })).sort((a, b) => b.ms - a.ms);
  const longest = silent[0];
  const late = silent.filter(({ ms }) => ms > limitMs).map(({ id }) => id);
  const limit = limitMs / 1000;
  const accepted = `(at most ${formatDuration(limitMs)})`;
  if (!longest) {
    return { name: 'staleness', ok: true, value: null, limit, unit: 'seconds', message: `no agent works ${accepted}` };
  }
  const who = late.length > 0 ? late.join(', ') : longest.id;
  const message = `${who} silent for ${formatDuration(longest.ms)} ${accepted}`;
  return {
    name: 'staleness',
    ok: late.length === 0,
    value: Math.round(longest.ms / 1000),
    limit,
    unit: 'seconds',
    message,
  };
}

function silenceOf({ last_active: sign }: CheckedAgent, now: number): number {
  return sign === null ? 0 : Math.max(0, now - Date.parse(sign));
}

const WELL: readonly AgentStatus[] = ['active', 'busy', 'idle'];

function agentCheck(agents: readonly CheckedAgent[], id: string): Check {
  const status = agents.find((agent) => agent.id === id)?.normalized_status ?? null;
  const ok = status !== null && WELL.includes(status);
  const limit = WELL.join('|');
  const message = status === null ? 'there is no such agent' : `${status} (one of ${WELL.join(', ')})`;
  return { name: `agent:${id}`, ok, value: status, limit, unit: 'status', message };
}

function figure(value: number): string {
  return String(Math.round(value * 10_000) / 10_000);
}

/** Text inside of XML; characters that XML cannot hold are left out. */
function xml(text: string): string {
  return cleanText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
