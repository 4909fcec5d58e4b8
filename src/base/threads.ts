/**
 * How threads are asked and answer, one definition for all of them: a request has a number; for each there come any number of
 * notes and then an answer or an error. A thread that dies refuses what it was asked, and the next request starts another.
 */
import { parentPort, Worker } from 'node:worker_threads';
import type { ErrorCode } from '../protocol/index.js';
import { errnoOf, McError } from './errors.js';

interface ThreadRequest {
  id: number;
  request: unknown;
}

type ThreadReply = { id: number } & ({ note: unknown } | { answer: unknown } | { error: PackedError });

/** An error on its way between threads, which would pass on nothing of it but its message. */
export interface PackedError {
  message: string;
  /** Of an McError; null: another error. */
  code: ErrorCode | null;
  hint: string | null;
  /** The system's name for what it refused, of an error that is not an McError: what depends on it needs it. */
  errno: string | null;
}

/** One thread. It starts with its first request, and keeps the process alive only while it has one to answer. */
export interface Thread {
  /** How many requests have no answer yet. */
  pending(): number;
  /** Starts the thread if it is not running: there will be requests soon. */
  warm(): void;
  /** @throws what the work throws, `died` when the thread ends without an answer, the error given to `end` */
  ask(request: unknown, options?: AskOptions): Promise<unknown>;
  /** Refuses with this error what has no answer yet, and resolves when the thread is gone. A later request starts another. */
  end(error: Error): Promise<void>;
}

export interface AskOptions {
  /** Memory that moves to the thread and is not copied: it is empty here afterwards. */
  transfer?: readonly ArrayBuffer[];
  /** Takes what the work reports before it answers. */
  onNote?: (note: unknown) => void;
}

export interface ThreadOptions {
  /** The built file of the worker (`workerFile`). It calls `answerRequests`. */
  file: string;
  /** What the thread is called in a profile. */
  name: string;
  /** Limit of its heap in MB; absent: that of the process. */
  memoryMb?: number;
  /** The error of a request that the thread died of. `error` null: it ended by itself. */
  died?: (error: Error | null) => Error;
  /** The other half of the worker's `pack`. */
  unpack?: (packed: PackedError) => Error;
}

/** A thread that is not started yet. */
export function createThread({ file, name, memoryMb, died, unpack = unpackError }: ThreadOptions): Thread {
  const asked = new Map<number, AskOptions & { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let worker: Worker | null = null;
  let lastId = 0;

  const refuse = (error: Error) => {
    worker = null;
    const refused = [...asked.values()];
    asked.clear();
    for (const { reject } of refused) reject(error);
  };
  const errorOf = (error: Error | null) =>
    died?.(error) ?? error ?? new McError('internal', `the thread "${name}" has ended`);
  const begin = (): Worker => {
    const begun = new Worker(file, {
      name,
      ...(memoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryMb } }),
    });
    begun.unref();
    begun.on('message', (reply: ThreadReply) => {
      const request = asked.get(reply.id);
      if ('note' in reply) return request?.onNote?.(reply.note);
      asked.delete(reply.id);
      if (asked.size === 0) begun.unref();
      if ('error' in reply) request?.reject(unpack(reply.error));
      else request?.resolve(reply.answer);
    });
    begun.on('error', (error) => worker === begun && refuse(errorOf(error)));
    begun.on('exit', () => worker === begun && refuse(errorOf(null)));
    return begun;
  };

  return {
    pending: () => asked.size,
    warm() {
      worker ??= begin();
    },
    async ask(request, options = {}) {
      worker ??= begin();
      const id = (lastId += 1);
      // What cannot be sent throws here, before anything waits for it.
      worker.postMessage({ id, request } satisfies ThreadRequest, [...(options.transfer ?? [])]);
      worker.ref();
      return new Promise((resolve, reject) => asked.set(id, { ...options, resolve, reject }));
    },
    async end(error) {
      const ending = worker;
      refuse(error);
      await ending?.terminate();
    },
  };
}

/** How a worker answers. */
export interface AnswerOptions {
  /** Memory in an answer that moves to the asker and is not copied. Default: none. */
  transfer?: (answer: unknown) => readonly ArrayBuffer[];
  /** What of a thrown thing is sent. Default `packError`. */
  pack?: (thrown: unknown) => PackedError;
}

/** In a worker: answers every request from now on with what `work` returns or throws. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each worker names what it is asked
export function answerRequests<R>(
  work: (request: R, note: (note: unknown) => void) => unknown,
  { transfer = () => [], pack = packError }: AnswerOptions = {},
): void {
  const send = (reply: ThreadReply, moved: readonly ArrayBuffer[] = []) => parentPort?.postMessage(reply, [...moved]);
  const answer = async ({ id, request }: ThreadRequest) => {
    let answered: unknown;
    try {
      answered = await work(request as R, (note) => send({ id, note }));
    } catch (error) {
      send({ id, error: pack(error) });
      return;
    }
    send({ id, answer: answered }, transfer(answered));
  };
  parentPort?.on('message', (request: ThreadRequest) => void answer(request));
}

/** What of these bytes can move to another thread: a small piece shares its memory with others. */
export function movable(bytes: readonly Uint8Array[]): ArrayBuffer[] {
  return bytes.flatMap(({ buffer, byteLength }) =>
    byteLength > Buffer.poolSize && buffer instanceof ArrayBuffer ? [buffer] : [],
  );
}

/** What of a thrown thing passes between threads. */
export function packError(thrown: unknown): PackedError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof McError) return { message, code: thrown.code, hint: thrown.hint, errno: null };
  return { message, code: null, hint: null, errno: errnoOf(thrown) };
}

/** The error again, as whoever asked the thread would have caught it there. */
export function unpackError({ message, code, hint, errno }: PackedError): Error {
  if (code !== null) return new McError(code, message, hint === null ? {} : { hint });
  return Object.assign(new Error(message), errno === null ? {} : { code: errno });
}
