import { ERRORS, type ErrorBody, type ErrorCode } from '../protocol/index.js';

export interface McErrorOptions {
  /** What to do next: a command or a place to look. */
  hint?: string;
  cause?: unknown;
}

/** The one error class: a code of the table in `protocol/codes.ts`, what happened and why, and what to do next. */
export class McError extends Error {
  override readonly name = 'McError';
  readonly code: ErrorCode;
  readonly hint: string | null;

  constructor(code: ErrorCode, message: string, options: McErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? null;
  }

  /** Exit status of a process that ends with this error. */
  get exit(): number {
    return ERRORS[this.code].exit;
  }

  /** HTTP status of an answer that tells this error. */
  get http(): number {
    return ERRORS[this.code].http;
  }

  toBody(): ErrorBody {
    return { error: this.message, code: this.code, hint: this.hint };
  }
}

/** Any thrown thing as a McError; what nobody named becomes `disk.full`, `io` or `internal`. */
export function toMcError(thrown: unknown): McError {
  if (thrown instanceof McError) return thrown;
  const code = errnoOf(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new McError('disk.full', `the disk is full: ${message}`, {
      cause: thrown,
      hint: 'free some space, then try again',
    });
  }
  if (isCode(thrown, 'ERR_DLOPEN_FAILED')) {
    return new McError('internal', `a part of mc was built for another Node.js than ${process.version}`, {
      cause: thrown,
      hint: 'build it again with npm rebuild where mc is installed, or install mc again',
    });
  }
  return new McError(code ? 'io' : 'internal', message, { cause: thrown });
}

function isCode(thrown: unknown, code: string): boolean {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === code;
}

/** The errno name (`ENOENT`) of a system error, or null. */
export function errnoOf(thrown: unknown): string | null {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return null;
  return typeof thrown.code === 'string' && /^E[A-Z0-9]+$/.test(thrown.code) ? thrown.code : null;
}
