import { existsSync } from 'node:fs';
import { AT_ONCE_BYTES, McError, workerFile } from '../../base/index.js';
import { createThread, movable, type Thread } from '../../base/threads.js';
import { type Asked, JOBS, type JobName, type Jobs } from './jobs.js';

/** A text that takes longer is not read, in milliseconds: an ordinary one of 16 MB takes about a second. */
const LIMIT_MS = 30_000;

/** The same for memory, in MB. */
const LIMIT_MB = 768;

/** A thread that nobody needs ends after so many milliseconds, and gives its memory back. */
const IDLE_MS = 10_000;

/** Who wants to know what files say, until `endReading`. */
export interface Reader {
  ended: boolean;
}

/** What a job has to do with. */
export interface Load {
  /** How large its texts are in all. */
  bytes: number;
  /** Those of them that nobody here needs any more: they move to the thread and are not copied, which takes a while. */
  given?: readonly Uint8Array[];
}

interface Waiting extends Asked {
  reader: Reader | undefined;
  given: readonly Uint8Array[];
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/** One thread and those who wait for it, for the whole process: its files are the process's too. */
const waiting: Waiting[] = [];
let current: Waiting | null = null;
let started: Thread | null = null;
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

/**
 * `work` that only reads, and only as long as `reader` (absent: always) wants to know.
 * @throws McError as `work`; `state.unreadable` when reading has ended
 */
export async function workFor<K extends JobName>(
  reader: Reader | undefined,
  name: K,
  load: number | Load,
  ...args: Parameters<Jobs[K]>
): Promise<ReturnType<Jobs[K]>> {
  if (reader?.ended) throw brokenOff();
  return isLittle(bytesOf(load)) ? doHere(name, args) : inThread(reader, name, load, args);
}

/** `work` for what must not wait where it need not: the answer itself when it is there at once. @throws as `work` */
export function workOrWait<K extends JobName>(
  name: K,
  load: number | Load,
  ...args: Parameters<Jobs[K]>
): ReturnType<Jobs[K]> | Promise<ReturnType<Jobs[K]>> {
  return isLittle(bytesOf(load)) ? doHere(name, args) : inThread(undefined, name, load, args);
}

/**
 * Breaks off what is read for this reader, now and from now on: a hostile text may keep the thread busy for half a minute, and
 * the end of a server must not wait for that. What others read, and what is about to be written, goes on.
 */
export function endReading(reader: Reader): void {
  reader.ended = true;
  for (let at = waiting.length - 1; at >= 0; at -= 1)
    if (waiting[at]?.reader === reader) for (const { reject } of waiting.splice(at, 1)) reject(brokenOff());
  if (current?.reader === reader) breakOff(brokenOff());
}

/** Goes on with an answer: at once when it is there. */
export function whenDone<T, R>(answer: T | Promise<T>, goOn: (value: T) => R | Promise<R>): R | Promise<R> {
  return answer instanceof Promise ? answer.then(goOn) : goOn(answer);
}

/** Bytes as they came back from the thread, which makes a plain array of them. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function doHere<K extends JobName>(name: K, args: Parameters<Jobs[K]>): ReturnType<Jobs[K]> {
  const job: unknown = JOBS[name];
  return (job as (...given: Parameters<Jobs[K]>) => ReturnType<Jobs[K]>)(...args);
}

function inThread<K extends JobName>(
  reader: Reader | undefined,
  name: K,
  load: number | Load,
  args: Parameters<Jobs[K]>,
): Promise<ReturnType<Jobs[K]>> {
  const given = typeof load === 'number' ? [] : (load.given ?? []);
  return new Promise((resolve, reject) => {
    waiting.push({ reader, name, args, given, resolve, reject });
    next();
  });
}

let built: boolean | undefined;

function bytesOf(load: number | Load): number {
  return typeof load === 'number' ? load : load.bytes;
}

function isLittle(bytes: number): boolean {
  return bytes <= AT_ONCE_BYTES || !isBuilt();
}

function isBuilt(): boolean {
  built ??= existsSync(workerFile('parse'));
  return built;
}

function next(): void {
  if (current !== null) return;
  current = waiting.shift() ?? null;
  clearTimeout(idle);
  if (current === null) {
    idle = setTimeout(() => breakOff(brokenOff()), IDLE_MS);
    idle.unref();
    return;
  }
  const { name, args, given, resolve, reject } = current;
  limit = setTimeout(() => breakOff(tooMuch('takes longer to read than 30 s')), LIMIT_MS);
  thread()
    .ask({ name, args } satisfies Asked, { transfer: movable(given) })
    .finally(() => {
      current = null;
      clearTimeout(limit);
    })
    .then((answer) => resolve(answer as never), reject)
    .finally(next);
}

/** Ends the thread. What is under way is refused; the others get a new thread. */
function breakOff(error: McError): void {
  void started?.end(error);
}

function thread(): Thread {
  started ??= createThread({
    file: workerFile('parse'),
    name: 'mc parse',
    memoryMb: LIMIT_MB,
    died(error) {
      if (error === null) return tooMuch('cannot be read (the thread that reads it has ended)');
      const isMemory = (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY';
      return tooMuch(isMemory ? 'takes more memory to read than it may' : `cannot be read (${String(error)})`);
    },
  });
  return started;
}

function tooMuch(reason: string): McError {
  return new McError('state.unreadable', reason, { hint: 'make the file smaller' });
}

function brokenOff(): McError {
  return new McError('state.unreadable', 'is not read any more: the server stops');
}
