import { sep } from 'node:path';
import { ERRORS, type ErrorBody, type ErrorCode } from '../protocol/index.js';
import { errnoOf, REFUSALS } from './refusals.js';

export { errnoOf };

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

  /** HTTP status of an answer that carries this error. */
  get http(): number {
    return ERRORS[this.code].http;
  }

  toBody(): ErrorBody {
    return { error: this.message, code: this.code, hint: this.hint };
  }
}

/**
 * Any thrown thing as a McError. What the file system refuses is reported with path, reason and remedy (`REFUSALS`); a path
 * below `root` is shown relative to it. What nobody named becomes `io` or `internal`.
 */
export function toMcError(thrown: unknown, root?: string): McError {
  if (thrown instanceof McError) return thrown;
  const refused = refusedByFiles(thrown, root);
  if (refused !== null) return refused;
  const code = errnoOf(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (isCode(thrown, 'ERR_DLOPEN_FAILED')) {
    return new McError('internal', `a part of mc was built for another Node.js than ${process.version}`, {
      cause: thrown,
      hint: 'build it again with npm rebuild where mc is installed, or install mc again',
    });
  }
  return new McError(code ? 'io' : 'internal', message, { cause: thrown });
}

/** Calls of the system that have nothing to do with files, though they fail with the same words. */
const NOT_OF_FILES = /^(?:listen|bind|connect|accept|getaddrinfo|kill|spawn\b.*)$/;

function refusedByFiles(thrown: unknown, root: string | undefined): McError | null {
  const code = errnoOf(thrown);
  const refusal = code === null ? undefined : REFUSALS[code];
  if (refusal === undefined) return null;
  const { syscall, path } = thrown as NodeJS.ErrnoException;
  if (syscall !== undefined && NOT_OF_FILES.test(syscall)) return null;
  const below = root !== undefined && path?.startsWith(root + sep) ? path.slice(root.length + 1) : path;
  const where = below === undefined ? '' : `${below}: `;
  return new McError(refusal.code, `${where}${refusal.reason} (${code})`, { cause: thrown, hint: refusal.hint });
}

function isCode(thrown: unknown, code: string): boolean {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === code;
}
