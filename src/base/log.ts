import { type Logger, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';
import type { LogFile } from './log-file.js';

export type { Logger } from 'pino';
export { type LogFile, openLogFile } from './log-file.js';
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The server's log on stderr: stdout belongs to what was asked for. Written synchronously, so that the last line before
 * a crash is there.
 */
export function createLog(level: LogLevel, format: 'pretty' | 'json', colour: boolean): Logger {
  const options = optionsOf(level);
  if (format === 'json') return pino(options, pino.destination({ dest: 2, sync: true }));
  return pino(
    options,
    pretty({ colorize: colour, destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' }),
  );
}

/** The server's log in a file, one line of JSON each. */
export function createFileLog(level: LogLevel, file: Pick<LogFile, 'write'>): Logger {
  return pino(optionsOf(level), file);
}

/** A log that says nothing, for tests and one-shot commands. */
export function silentLog(): Logger {
  return pino({ level: 'silent' });
}

function optionsOf(level: LogLevel): LoggerOptions {
  return { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
}
