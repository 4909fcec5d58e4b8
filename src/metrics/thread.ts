import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { errnoOf, McError, workerFile } from '../base/index.js';
import type { ErrorCode } from '../protocol/index.js';
import { DamageError, sqliteCode, sqliteError } from './store/database.js';
import { type Asked, type Asks, perform } from './jobs.js';

/** Does long work in a thread of its own, so that the event loop stays free. */
export interface MetricsDesk {
  /** Does the work in the worker. */
  ask<K extends keyof Asks>(name: K, input: Asks[K]['input']): Promise<Asks[K]['answer']>;
  /** Ends the thread; what is under way is refused. */
  close(): Promise<void>;
}

/** What the worker sends back. */
export type Reply = { id: number; answer: unknown } | { id: number; error: PlainError };
export interface PlainError {
  message: string;
  code: string | null;
  hint: string | null;
  /** SQLite's name of it: whoever asked must know what it says about the file. */
  sqlite: string | null;
  errno: string | null;
}

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

/**
 * The thread is started with the first work. Where the worker has not been built (sources run directly) the work is done
 * here, with the same result.
 */
export function createDesk(file: string = workerFile('metrics')): MetricsDesk {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let nextId = 1;

  const fail = (error: Error) => {
    worker = null;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const begin = (): Worker => {
    const begun = new Worker(file);
    begun.unref();
    begun.on('message', (reply: Reply) => {
      const asker = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (waiting.size === 0) begun.unref();
      if ('error' in reply) asker?.reject(errorOf(reply.error));
      else asker?.resolve(reply.answer as never);
    });
    begun.on('error', fail);
    begun.on('exit', () => {
      if (worker === begun) fail(new McError('internal', 'the metrics worker has ended'));
    });
    return begun;
  };

  return {
    async ask(name, input) {
      if (!existsSync(file)) return perform(name, input);
      worker ??= begin();
      const id = nextId;
      nextId += 1;
      const asked: Asked = { id, name, input };
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(asked);
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
    async close() {
      const closing = worker;
      fail(new McError('internal', 'the metrics service has stopped'));
      await closing?.terminate();
    },
  };
}

/** What a thread can be sent of an error. */
export function plainError(error: unknown): PlainError {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof McError ? error.cause : error;
  const sqlite = cause instanceof DamageError ? 'SQLITE_CORRUPT' : sqliteCode(cause);
  const errno = errnoOf(error);
  return error instanceof McError
    ? { message, code: error.code, hint: error.hint, sqlite, errno }
    : { message, code: null, hint: null, sqlite, errno };
}

function errorOf({ message, code, hint, sqlite, errno }: PlainError): Error {
  if (sqlite !== null) return sqliteError(message, sqlite);
  if (code !== null) return new McError(code as ErrorCode, message, hint === null ? {} : { hint });
  return Object.assign(new Error(message), errno === null ? {} : { code: errno });
}
