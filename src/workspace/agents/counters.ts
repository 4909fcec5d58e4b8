import { type AgentCounters, type CounterName, eachCounter, clip } from '../../protocol/index.js';
import type { Warn } from './files.js';
import { kindOf } from '../text/json.js';

/** Other names under which files state a counter. */
const ALIASES: Partial<Record<CounterName, readonly string[]>> = { cost: ['total_cost', 'totalCost'] };

/** The names under which files state each counter: ours, the same in camel case, others. */
export const SPELLINGS: Record<CounterName, readonly string[]> = eachCounter((name) => [
  ...new Set([name, inCamelCase(name), ...(ALIASES[name] ?? [])]),
]);

/** An object that may state counters. */
export interface CounterSource {
  fields: Record<string, unknown>;
  /** What stands before a field's name in a warning: `''`, `stats.`. */
  prefix: string;
  /** False where the object is free form (`"memoryUsage": "unknown"`): what is not a number there says nothing. */
  strict: boolean;
  warn: Warn;
}

/** Every counter from the first source that states it as a number. */
export function readCounters(sources: readonly CounterSource[]): AgentCounters {
  return eachCounter((name) => readCounter(name, sources));
}

function readCounter(counter: CounterName, sources: readonly CounterSource[]): number | null {
  for (const source of sources) {
    for (const name of SPELLINGS[counter]) {
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

/** What is longer is not a number, however many blanks stand around it. */
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

function inCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
