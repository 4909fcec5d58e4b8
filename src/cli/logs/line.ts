import { isoOf } from '../../protocol/index.js';
import { cleanText } from '../clean.js';
import { type Colour, paint, type Terminal } from '../print/terminal.js';

/** One line of a log, read. What is not a line of ours has its text only. */
export interface LogLine {
  text: string;
  /** Milliseconds since the epoch; null: it has none. */
  time: number | null;
  /** As pino numbers them; null: it has none. */
  level: number | null;
  fields: Record<string, unknown> | null;
}

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LevelName = (typeof LEVELS)[number];

/** `info` is 30. */
function levelNumber(name: LevelName): number {
  return (LEVELS.indexOf(name) + 1) * 10;
}

export function readLine(text: string): LogLine {
  const nothing: LogLine = { text, time: null, level: null, fields: null };
  if (!text.startsWith('{')) return nothing;
  try {
    const fields = JSON.parse(text) as Record<string, unknown>;
    const time = typeof fields.time === 'string' ? Date.parse(fields.time) : Number.NaN;
    return {
      text,
      time: Number.isNaN(time) ? null : time,
      level: typeof fields.level === 'number' ? fields.level : null,
      fields,
    };
  } catch {
    return nothing;
  }
}

/** Which lines are wanted. A line that says no level or no time goes with those around it: it is shown. */
export interface LogFilter {
  /** Milliseconds since the epoch; null: all. */
  since: number | null;
  level: LevelName | null;
}

export function isWanted({ time, level }: LogLine, filter: LogFilter): boolean {
  if (filter.since !== null && time !== null && time < filter.since) return false;
  return filter.level === null || level === null || level >= levelNumber(filter.level);
}

/** A line for people: when, how bad, what; then what else it says, and below it the trace of an error. */
export function lineText(line: LogLine, terminal: Terminal): string {
  const { fields } = line;
  if (fields === null) return cleanText(line.text);
  const { level: _level, time: _time, msg, err, ...rest } = fields;
  const when = isoOf(line.time ?? Number.NaN);
  const name = LEVELS[Math.floor((line.level ?? 0) / 10) - 1] ?? '';
  const colour = COLOURS[name];
  const word = name.toUpperCase().padEnd(5);
  const more = Object.entries(rest).map(([key, value]) => `${key}=${shown(value)}`);
  const reason = messageOf(err);
  const parts = [
    when === null ? '' : paint(terminal, 'dim', stamp(when, terminal)),
    colour ? paint(terminal, colour, word) : word,
    cleanText(typeof msg === 'string' ? msg : ''),
    reason === null ? '' : cleanText(`(${reason})`),
    more.length === 0 ? '' : paint(terminal, 'dim', cleanText(more.join(' '))),
  ];
  return [parts.filter((part) => part !== '').join(' '), ...traceOf(err).map((at) => paint(terminal, 'dim', at))].join(
    '\n',
  );
}

const COLOURS: Partial<Record<string, Colour>> = {
  warn: 'yellow',
  error: 'red',
  fatal: 'red',
  debug: 'dim',
  trace: 'dim',
};

/** On a terminal in the reader's zone and without its year; elsewhere as it is. */
function stamp(iso: string, terminal: Terminal): string {
  if (!terminal.boxes) return iso;
  const at = new Date(iso);
  const two = (figure: number) => String(figure).padStart(2, '0');
  const day = `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value);
}

function messageOf(err: unknown): string | null {
  if (typeof err !== 'object' || err === null || !('message' in err)) return null;
  return typeof err.message === 'string' && err.message !== '' ? err.message : null;
}

/** The places of a trace; its first lines are the message, which stands above already. */
function traceOf(err: unknown): string[] {
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? err.stack : null;
  if (typeof stack !== 'string') return [];
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 30)
    .map((line) => `    ${cleanText(line.trim())}`);
}
