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

/** Every error we name: what it means for a process (exit status) and for an HTTP client (status). */
export const ERRORS = {
  internal: { exit: 1, http: 500 },
  io: { exit: 1, http: 503 },
  usage: { exit: 2, http: 400 },
  'input.invalid': { exit: 2, http: 400 },
  'config.invalid': { exit: 2, http: 400 },
  'workspace.missing': { exit: 2, http: 503 },
  'confirm.required': { exit: 2, http: 400 },
  starting: { exit: 3, http: 503 },
  'server.unreachable': { exit: 3, http: 502 },
  'server.foreign': { exit: 3, http: 502 },
  'server.incompatible': { exit: 1, http: 502 },
  not_found: { exit: 4, http: 404 },
  'agent.not_found': { exit: 4, http: 404 },
  'task.not_found': { exit: 4, http: 404 },
  'task.ambiguous': { exit: 2, http: 409 },
  'notification.not_found': { exit: 4, http: 404 },
  'file.not_found': { exit: 4, http: 404 },
  'file.refused': { exit: 7, http: 403 },
  'file.denied': { exit: 7, http: 403 },
  'file.blocked': { exit: 1, http: 409 },
  'route.not_found': { exit: 4, http: 404 },
  'method.not_allowed': { exit: 2, http: 405 },
  'state.unreadable': { exit: 5, http: 409 },
  'check.failed': { exit: 5, http: 422 },
  busy: { exit: 6, http: 409 },
  'port.taken': { exit: 6, http: 409 },
  'origin.refused': { exit: 7, http: 403 },
  'host.refused': { exit: 7, http: 403 },
  'token.not_found': { exit: 4, http: 404 },
  'token.missing': { exit: 7, http: 401 },
  'token.invalid': { exit: 7, http: 401 },
  'scope.missing': { exit: 7, http: 403 },
  'upgrade.required': { exit: 2, http: 426 },
  'rate.limited': { exit: 1, http: 429 },
  'body.too_large': { exit: 2, http: 413 },
  'body.type': { exit: 2, http: 415 },
  'backup.not_found': { exit: 4, http: 404 },
  'backup.corrupt': { exit: 5, http: 422 },
  'metric.unknown': { exit: 4, http: 400 },
  /** Named where agents are chosen from, not as what is asked for. */
  'agent.unknown': { exit: 4, http: 400 },
  'disk.full': { exit: 1, http: 507 },
  interrupted: { exit: 130, http: 499 },
} as const satisfies Record<string, { exit: number; http: number }>;
export type ErrorCode = keyof typeof ERRORS;

/** The body of every error answer. `error` is what old clients read. */
export interface ErrorBody {
  error: string;
  code: string;
  hint: string | null;
}
