/** WebSocket close codes and what a client should do next. */
export const CLOSE = {
  /** The server is going away: reconnect, with backoff. */
  goingAway: 1001,
  /** A frame was too large: do not send it again. */
  tooLarge: 1009,
  /** The server failed: reconnect, with backoff. */
  internal: 1011,
  /** Token missing or wrong: do not reconnect before it is mended. */
  token: 4401,
  /** Slow consumer: reconnect with the last position. */
  slowConsumer: 4008,
  /** Too many clients or too many frames: reconnect later. */
  tooMany: 4429,
} as const;

/** Exit statuses of `mc`. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  noServer: 3,
  notFound: 4,
  checkFailed: 5,
  busy: 6,
  notAllowed: 7,
  interrupted: 130,
} as const;

/** What each says; help, docs/cli.md and the manual page are made from it. */
export const EXIT_MEANINGS: Record<keyof typeof EXIT, string> = {
  done: 'done',
  failed: 'failed for a reason of ours or the machine’s',
  usage: 'wrong usage, or bad input or config',
  noServer: 'no server answers',
  notFound: 'what was named does not exist',
  checkFailed: 'a check or a verification failed',
  busy: 'busy: another process holds the lock, or the port is taken',
  notAllowed: 'not allowed (token missing or wrong)',
  interrupted: 'interrupted',
};

/** What every command can end with. */
export const ALWAYS_EXITS: readonly (keyof typeof EXIT)[] = ['done', 'failed', 'usage'];

/** Every error we name: what it means for a process (exit status) and for an HTTP client (status). Its words: `ERROR_WORDS`. */
export const ERRORS = {
  internal: { exit: EXIT.failed, http: 500 },
  io: { exit: EXIT.failed, http: 503 },
  usage: { exit: EXIT.usage, http: 400 },
  'input.invalid': { exit: EXIT.usage, http: 400 },
  'config.invalid': { exit: EXIT.usage, http: 400 },
  'workspace.missing': { exit: EXIT.usage, http: 503 },
  'confirm.required': { exit: EXIT.usage, http: 400 },
  starting: { exit: EXIT.noServer, http: 503 },
  'server.unreachable': { exit: EXIT.noServer, http: 502 },
  'server.foreign': { exit: EXIT.noServer, http: 502 },
  'server.incompatible': { exit: EXIT.failed, http: 502 },
  not_found: { exit: EXIT.notFound, http: 404 },
  'agent.not_found': { exit: EXIT.notFound, http: 404 },
  'task.not_found': { exit: EXIT.notFound, http: 404 },
  'task.ambiguous': { exit: EXIT.usage, http: 409 },
  'notification.not_found': { exit: EXIT.notFound, http: 404 },
  'session.not_found': { exit: EXIT.notFound, http: 404 },
  'alert.not_found': { exit: EXIT.notFound, http: 404 },
  'target.not_found': { exit: EXIT.notFound, http: 404 },
  'delivery.not_found': { exit: EXIT.notFound, http: 404 },
  'file.not_found': { exit: EXIT.notFound, http: 404 },
  'file.refused': { exit: EXIT.notAllowed, http: 403 },
  'file.denied': { exit: EXIT.notAllowed, http: 403 },
  'file.blocked': { exit: EXIT.failed, http: 409 },
  'route.not_found': { exit: EXIT.notFound, http: 404 },
  'method.not_allowed': { exit: EXIT.usage, http: 405 },
  'state.unreadable': { exit: EXIT.checkFailed, http: 409 },
  'check.failed': { exit: EXIT.checkFailed, http: 422 },
  busy: { exit: EXIT.busy, http: 409 },
  'port.taken': { exit: EXIT.busy, http: 409 },
  'origin.refused': { exit: EXIT.notAllowed, http: 403 },
  'host.refused': { exit: EXIT.notAllowed, http: 403 },
  'token.not_found': { exit: EXIT.notFound, http: 404 },
  'token.missing': { exit: EXIT.notAllowed, http: 401 },
  'token.invalid': { exit: EXIT.notAllowed, http: 401 },
  'scope.missing': { exit: EXIT.notAllowed, http: 403 },
  'upgrade.required': { exit: EXIT.usage, http: 426 },
  'rate.limited': { exit: EXIT.failed, http: 429 },
  'body.too_large': { exit: EXIT.usage, http: 413 },
  'body.type': { exit: EXIT.usage, http: 415 },
  'backup.not_found': { exit: EXIT.notFound, http: 404 },
  'backup.corrupt': { exit: EXIT.checkFailed, http: 422 },
  'metric.unknown': { exit: EXIT.notFound, http: 400 },
  /** Named where agents are chosen from, not as what is asked for. */
  'agent.unknown': { exit: EXIT.notFound, http: 400 },
  'disk.full': { exit: EXIT.failed, http: 507 },
  interrupted: { exit: EXIT.interrupted, http: 499 },
} as const satisfies Record<string, { exit: number; http: number }>;
export type ErrorCode = keyof typeof ERRORS;

/** The body of every error answer. `error` is what old clients read. */
export interface ErrorBody {
  error: string;
  code: string;
  hint: string | null;
}
