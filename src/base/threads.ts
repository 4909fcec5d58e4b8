import type { ErrorCode } from '../protocol/index.js';
import { errnoOf, McError } from './errors.js';

/** An error on its way between threads, which would pass on nothing of it but its message. */
export interface PackedError {
  message: string;
  /** Of an McError; null: another error. */
  code: ErrorCode | null;
  hint: string | null;
  /** The system's name for what it refused, of an error that is not an McError: what depends on it needs it. */
  errno: string | null;
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
