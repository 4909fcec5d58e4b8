import { McError } from '../base/index.js';
import { type AgentReport, COUNTER_NAMES, isCounterName, normalizeStatus, STATUS_WORDS } from '../protocol/index.js';
import { suggest } from '../base/index.js';

/** What of `mc agents report` was given. */
interface ReportFlags {
  status?: string | undefined;
  'waiting-for'?: string | undefined;
  task?: string | undefined;
  zone?: string | undefined;
  activity?: string | undefined;
  counter?: string[] | undefined;
}

/**
 * A report out of flags.
 * @throws McError `usage` for a report that says nothing, an unknown status word or counter, a counter without a number
 */
export function readReport(flags: ReportFlags): AgentReport {
  const report: AgentReport = {};
  if (flags.status !== undefined) report.status = readStatus(flags.status);
  if (flags['waiting-for'] !== undefined) report.waiting_for = flags['waiting-for'];
  for (const key of ['task', 'zone', 'activity'] as const) {
    const value = flags[key];
    if (value !== undefined) report[key] = value;
  }
  if (flags.counter !== undefined) report.counters = readCounters(flags.counter);
  if (Object.keys(report).length > 0) return report;
  throw new McError('usage', 'the report is empty', {
    hint: 'give at least one of --status, --waiting-for, --task, --zone, --activity, --counter',
  });
}

function readStatus(word: string): string {
  if (normalizeStatus(word) !== null) return word;
  const meant = suggest(word, STATUS_WORDS);
  throw new McError('usage', `"${word}" is not a status`, {
    hint: meant.length > 0 ? `did you mean ${meant.join(', ')}?` : `accepted: ${STATUS_WORDS.join(', ')}`,
  });
}

function readCounters(pairs: readonly string[]): NonNullable<AgentReport['counters']> {
  const counters: NonNullable<AgentReport['counters']> = {};
  for (const pair of pairs) {
    const [name = '', figure = ''] = pair.split('=', 2);
    if (!isCounterName(name)) {
      throw new McError('usage', `"${name}" is not a counter`, { hint: `counters: ${COUNTER_NAMES.join(', ')}` });
    }
    const value = Number(figure);
    if (figure.trim() === '' || !Number.isFinite(value)) {
      throw new McError('usage', `"${pair}" does not give a number`, { hint: `write it as ${name}=12` });
    }
    counters[name] = value;
  }
  return counters;
}
