import type { AgentCounters } from '../../protocol/index.js';
import type { Warn } from './files.js';
import { clip } from '../text/decode.js';
import { kindOf } from '../text/json.js';

/** The names under which files state each counter, ours first. */
export const COUNTER_NAMES: Record<keyof AgentCounters, readonly string[]> = {
  tasks_completed: ['tasks_completed', 'tasksCompleted'],
  tasks_failed: ['tasks_failed', 'tasksFailed'],
  total_work_time: ['total_work_time', 'totalWorkTime'],
  idle_time: ['idle_time', 'idleTime'],
  messages_sent: ['messages_sent', 'messagesSent'],
  messages_received: ['messages_received', 'messagesReceived'],
  cpu_usage: ['cpu_usage', 'cpuUsage'],
  memory_usage: ['memory_usage', 'memoryUsage'],
  tokens_used: ['tokens_used', 'tokensUsed'],
  cost: ['cost', 'total_cost', 'totalCost'],
};

/** An object that may state counters. */
export interface CounterSource {
  fields: Record<string, unknown>;
  /** What stands before a field's name in a warning: `''`, `stats.`. */
  prefix: string;
  /** False where the object is free form (`"memoryUsage": "unknown"`): what is no number there says nothing. */
  strict: boolean;
  warn: Warn;
}

/** Every counter from the first source that states it as a number. */
export function readCounters(sources: readonly CounterSource[]): AgentCounters {
  const names = Object.keys(COUNTER_NAMES) as (keyof AgentCounters)[];
  return Object.fromEntries(names.map((name) => [name, readCounter(name, sources)])) as unknown as AgentCounters;
}

function readCounter(counter: keyof AgentCounters, sources: readonly CounterSource[]): number | null {
  for (const source of sources) {
    for (const name of COUNTER_NAMES[counter]) {
      const count = Object.hasOwn(source.fields, name) ? readCount(source, name) : null;
      if (count !== null) return count;
    }
  }
  return null;
}

function readCount(source: CounterSource, name: string): number | null {
  const value = source.fields[name];
  const warn = (reason: string): void => {
    if (source.strict) source.warn(`${source.prefix}${name}`, reason);
  };
  const number = numberIn(value);
  if (number === null) {
    warn(`expected a number, found ${typeof value === 'string' ? `the text "${clip(value, 40)}"` : kindOf(value)}`);
    return null;
  }
  if (!Number.isFinite(number) || number < 0) {
    warn(`expected a number from 0 up, found ${number}`);
    return null;
  }
  if (typeof value === 'string') warn(`expected a number, found the text "${clip(value, 40)}": read as ${number}`);
  return number;
}

/** What is longer is no number, however many blanks stand around it. */
const NUMBER_LENGTH = 64;

/** A number, or a text that is nothing but one; else null. */
export function numberIn(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' &&
    value.length <= NUMBER_LENGTH &&
    /^\s*[-+]?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value)
    ? Number(value)
    : null;
}
