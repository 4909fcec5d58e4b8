import { existsSync } from 'node:fs';
import { McError, workerFile } from '../base/index.js';
import { createThread, packError, type PackedError, unpackError } from '../base/threads.js';
import { DamageError, sqliteCode, sqliteError } from './store/database.js';
import { type Asks, perform } from './jobs.js';

/** Does long work in a thread of its own, so that the event loop stays free. */
export interface MetricsThread {
  /** Does the work in the worker. */
  ask<K extends keyof Asks>(name: K, input: Asks[K]['input']): Promise<Asks[K]['answer']>;
  /** Ends the thread; what is under way is refused. */
  close(): Promise<void>;
}

/** The thread's errors also carry SQLite's name of what is wrong: whoever asked must know what it says about the file. */
interface PackedSqliteError extends PackedError {
  sqlite: string | null;
}

/**
 * The thread is started with the first work. Where the worker has not been built (sources run directly) the work is done
 * here, with the same result.
 */
export function createMetricsThread(file: string = workerFile('metrics')): MetricsThread {
  const thread = createThread({ file, name: 'mc metrics', unpack: unpackSqliteError });
  return {
    async ask<K extends keyof Asks>(name: K, input: Asks[K]['input']) {
      if (!existsSync(file)) return perform(name, input);
      return (await thread.ask({ name, input })) as Asks[K]['answer'];
    },
    close: () => thread.end(new McError('internal', 'the metrics service has stopped')),
  };
}

/** What a thread can be sent of an error. */
export function packSqliteError(error: unknown): PackedSqliteError {
  const cause = error instanceof McError ? error.cause : error;
  return { ...packError(error), sqlite: cause instanceof DamageError ? 'SQLITE_CORRUPT' : sqliteCode(cause) };
}

function unpackSqliteError(packed: PackedError): Error {
  const { sqlite } = packed as PackedSqliteError;
  return sqlite === null ? unpackError(packed) : sqliteError(packed.message, sqlite);
}
