import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { AT_ONCE_BYTES, McError, workerFile } from '../../base/index.js';
import type { ErrorBody, ErrorCode } from '../../protocol/index.js';
import { JOBS, type JobName, type Jobs } from './jobs.js';

/** What the thread is asked, and what it answers. */
export interface Asked {
  name: JobName;
  args: readonly unknown[];
}
export type Answered = { value: unknown } | { error: ErrorBody };

/** A text that takes longer is not read, in milliseconds: an ordinary one of 16 MB takes about a second. */
const LIMIT_MS = 30_000;

/** The same for memory, in MB. */
const LIMIT_MB = 768;

/** A thread that nobody needs ends after so many milliseconds, and gives its memory back. */
const IDLE_MS = 10_000;

/** What a job has to do with. */
export interface Load {
  /** How large its texts are in all. */
  bytes: number;
  /** Those of them that nobody here needs any more: they move to the thread and are not copied, which takes a while. */
  given?: readonly Uint8Array[];
}

interface Waiting extends Asked {
  given: readonly Uint8Array[];
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/** One thread and those who wait for it, for the whole process: its files are the process's too. */
const waiting: Waiting[] = [];
let current: Waiting | null = null;
let worker: Worker | null = null;
let limit: NodeJS.Timeout | undefined;
let idle: NodeJS.Timeout | undefined;

/**
 * Does a job with a load of texts (their bytes in all): at once when that is little (AT_ONCE_BYTES), else in a thread, so that
 * the event loop stays free. Where the worker has not been built (sources run directly) all is done here.
 * @throws McError what the job throws; `state.unreadable` for what takes too long or too much memory
 */
export async function work<K extends JobName>(
  name: K,
  load: number | Load,
  ...args: Parameters<Jobs[K]>
): Promise<ReturnType<Jobs[K]>> {
  return workOrWait(name, load, ...args);
}

/** `work` for what must not wait where it need not: the answer itself when it is there at once. @throws as `work` */
export function workOrWait<K extends JobName>(
  name: K,
  load: number | Load,
  ...args: Parameters<Jobs[K]>
): ReturnType<Jobs[K]> | Promise<ReturnType<Jobs[K]>> {
  const { bytes, given = [] } = typeof load === 'number' ? { bytes: load } : load;
  if (bytes <= AT_ONCE_BYTES || !isBuilt()) {
    const job: unknown = JOBS[name];
    return (job as (...given: Parameters<Jobs[K]>) => ReturnType<Jobs[K]>)(...args);
  }
  return new Promise((resolve, reject) => {
    waiting.push({ name, args, given, resolve, reject });
    next();
  });
}

/** Jobs that only read: nothing is lost when they are broken off. */
const READS = new Set<JobName>(['agent', 'office', 'tasks', 'isJson', 'wholeJson']);

/**
 * Breaks off what only reads, because nobody needs it any more: a hostile text may keep the thread busy for half a minute,
 * and the end of a server must not wait for that. What is about to be written goes on.
 */
export function endReading(): void {
  for (let at = waiting.length - 1; at >= 0; at -= 1) {
    const each = waiting[at];
    if (each === undefined || !READS.has(each.name)) continue;
    waiting.splice(at, 1);
    each.reject(new McError('state.unreadable', 'is not read any more: the server stops'));
  }
  if (current !== null && READS.has(current.name)) fail('is not read any more: the server stops');
}

/** Goes on with an answer: at once when it is there. */
export function whenDone<T, R>(answer: T | Promise<T>, goOn: (value: T) => R | Promise<R>): R | Promise<R> {
  return answer instanceof Promise ? answer.then(goOn) : goOn(answer);
}

/** Bytes as they came back from the thread, which makes a plain array of them. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

let built: boolean | undefined;

function isBuilt(): boolean {
  built ??= existsSync(workerFile('parse'));
  return built;
}

function next(): void {
  if (current !== null) return;
  current = waiting.shift() ?? null;
  clearTimeout(idle);
  if (current === null) {
    worker?.unref();
    idle = setTimeout(() => void drop(), IDLE_MS);
    idle.unref();
    return;
  }
  worker ??= begin();
  worker.ref();
  limit = setTimeout(() => fail('takes longer to read than 30 s'), LIMIT_MS);
  const { name, args, given } = current;
  worker.postMessage({ name, args } satisfies Asked, movable(given));
}

/** What of these bytes can be moved to another thread: a small piece shares its memory with others. */
export function movable(given: readonly Uint8Array[]): ArrayBuffer[] {
  return given.flatMap(({ buffer, byteLength }) =>
    byteLength > Buffer.poolSize && buffer instanceof ArrayBuffer ? [buffer] : [],
  );
}

function begin(): Worker {
  const begun = new Worker(workerFile('parse'), {
    name: 'mc parse',
    resourceLimits: { maxOldGenerationSizeMb: LIMIT_MB },
  });
  begun.on('message', (answer: Answered) => settle(answer));
  begun.on('error', (error) => {
    const isMemory = (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY';
    if (worker === begun)
      fail(isMemory ? 'takes more memory to read than it may' : `cannot be read (${String(error)})`);
  });
  begun.on('exit', () => {
    if (worker === begun) fail('cannot be read (the thread that reads it has ended)');
  });
  return begun;
}

function settle(answer: Answered): void {
  const done = current;
  current = null;
  clearTimeout(limit);
  if (done !== null && 'value' in answer) done.resolve(answer.value as never);
  else if (done !== null && 'error' in answer) done.reject(errorOf(answer.error));
  next();
}

/** What was under way is refused; the others get a new thread. */
function fail(reason: string): void {
  void drop();
  const { code, message } = new McError('state.unreadable', reason);
  settle({ error: { error: message, code, hint: 'make the file smaller' } });
}

async function drop(): Promise<void> {
  const ending = worker;
  worker = null;
  await ending?.terminate();
}

function errorOf({ error, code, hint }: ErrorBody): McError {
  return new McError(code as ErrorCode, error, hint === null ? {} : { hint });
}
