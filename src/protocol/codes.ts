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

/** What an error is to a process, to an HTTP client and to a person. */
export interface ErrorEntry {
  /** Exit status of a command that ends with it. */
  exit: number;
  /** Status of an answer that carries it. */
  http: number;
  /** What happened. */
  means: string;
  /** What to do next, with what to type where there is something. An error's own hint is more exact. */
  next: string;
}

/** Every error we name. `docs/errors.md` is made from it. */
export const ERRORS = {
  internal: {
    exit: EXIT.failed,
    http: 500,
    means: 'A fault of mc itself.',
    next: 'Report it with the log: `mc doctor` shows where it lies.',
  },
  io: {
    exit: EXIT.failed,
    http: 503,
    means: 'The system refused to read or write, or a disk failed.',
    next: 'Read the message: it names the path and the reason. `mc doctor` looks at the usual ones.',
  },
  usage: {
    exit: EXIT.usage,
    http: 400,
    means: 'The command line is not right.',
    next: 'Run the command with `--help`.',
  },
  'input.invalid': {
    exit: EXIT.usage,
    http: 400,
    means: 'A value, a body or a name is not accepted.',
    next: 'Send what the message names; `mc api /api/openapi.json` has the form of every route.',
  },
  'config.invalid': {
    exit: EXIT.usage,
    http: 400,
    means: 'A configuration file or variable cannot be used.',
    next: 'Run `mc config show --origin`: it names where each value comes from.',
  },
  'workspace.missing': {
    exit: EXIT.usage,
    http: 503,
    means: 'There is no workspace at this path.',
    next: 'Run `mc init DIR`, or name another with `--workspace`.',
  },
  'confirm.required': {
    exit: EXIT.usage,
    http: 400,
    means: 'The command changes or deletes files and cannot ask, because there is no terminal.',
    next: 'See what it would do with `--dry-run`, then add `--yes`.',
  },
  starting: {
    exit: EXIT.noServer,
    http: 503,
    means: 'The server is not ready yet, or is about to stop.',
    next: 'Try again in a second.',
  },
  'server.unreachable': {
    exit: EXIT.noServer,
    http: 502,
    means: 'No server answers at this address.',
    next: 'Run `mc serve`, or name the server with `--server`.',
  },
  'server.foreign': {
    exit: EXIT.noServer,
    http: 502,
    means: 'Something answers at this address that is not the mc server asked for.',
    next: 'Look at `--server` and `MC_SERVER`; `mc doctor` shows what answers.',
  },
  'server.incompatible': {
    exit: EXIT.failed,
    http: 502,
    means: 'The answer is not of a form that this version knows.',
    next: 'Run `mc doctor`: it shows both versions. Update the older one.',
  },
  not_found: {
    exit: EXIT.notFound,
    http: 404,
    means: 'What was asked for does not exist.',
    next: 'Read the message: it names what is missing.',
  },
  'agent.not_found': {
    exit: EXIT.notFound,
    http: 404,
    means: 'There is no agent of this id.',
    next: 'Run `mc agents list`.',
  },
  'task.not_found': {
    exit: EXIT.notFound,
    http: 404,
    means: 'There is no task of this id or key.',
    next: 'Run `mc tasks list`.',
  },
  'task.ambiguous': {
    exit: EXIT.usage,
    http: 409,
    means: 'Several tasks have this id.',
    next: 'Name one by its key: `mc tasks list --json` has them.',
  },
  'notification.not_found': {
    exit: EXIT.notFound,
    http: 404,
    means: 'There is no notification of this id.',
    next: 'Run `mc api /api/notifications`.',
  },
  'alert.not_found': {
    exit: EXIT.notFound,
    http: 404,
    means: 'No alert rule, or no alert of one, has this name.',
    next: 'Run `mc alerts list`.',
  },
  'target.not_found': {
    exit: EXIT.notFound,
    http: 404,
    means: 'No alert target has this name.',
    next: 'Run `mc alerts target list`.',
  },
  'delivery.not_found': {
    exit: EXIT.notFound,
    http: 404,
    means: 'No delivery of an alert has this number.',
    next: 'Run `mc alerts deliveries`.',
  },
  'file.not_found': {
    exit: EXIT.notFound,
    http: 404,
    means: 'There is no such file.',
    next: 'Run `mc api /api/files/browse`, or look at the path.',
  },
  'file.refused': {
    exit: EXIT.notAllowed,
    http: 403,
    means: 'The path leads out of the workspace, is hidden or secret, or is not a file.',
    next: 'Name a path inside of the workspace, and remove links that lead out.',
  },
  'file.denied': {
    exit: EXIT.notAllowed,
    http: 403,
    means: 'The file or directory may not be read or written by this user.',
    next: 'Change its owner or mode, then try again.',
  },
  'file.blocked': {
    exit: EXIT.failed,
    http: 409,
    means: 'Something else stands where a file or directory belongs.',
    next: 'Move it away, then try again.',
  },
  'route.not_found': {
    exit: EXIT.notFound,
    http: 404,
    means: 'The server has no such route.',
    next: 'Run `mc api /api/openapi.json`: it lists every route.',
  },
  'method.not_allowed': {
    exit: EXIT.usage,
    http: 405,
    means: 'The route does not take this method.',
    next: 'Use a method of the `Allow` header.',
  },
  'state.unreadable': {
    exit: EXIT.checkFailed,
    http: 409,
    means: 'A file of the workspace is broken, too large or of another encoding.',
    next: 'Mend the file at the place that is named; `mc check --offline` finds all of them.',
  },
  'check.failed': {
    exit: EXIT.checkFailed,
    http: 422,
    means: 'A check found something that is not as it should be.',
    next: 'Read the line that failed; `mc doctor` says what to do.',
  },
  busy: {
    exit: EXIT.busy,
    http: 409,
    means: 'Another process works on the same thing.',
    next: 'Try again when it has ended; the message names it.',
  },
  'port.taken': {
    exit: EXIT.busy,
    http: 409,
    means: 'Another program listens on this port.',
    next: 'Choose another port with `--port` and `--ws-port` (0 picks a free one).',
  },
  'origin.refused': {
    exit: EXIT.notAllowed,
    http: 403,
    means: 'A page of this origin may not use the server.',
    next: 'Start the server with `--allow-origin ORIGIN`.',
  },
  'host.refused': {
    exit: EXIT.notAllowed,
    http: 403,
    means: 'The request names the server by a name that it does not have.',
    next: 'Call it by its address, or allow the name with `--allow-origin`.',
  },
  'token.not_found': {
    exit: EXIT.notFound,
    http: 404,
    means: 'There is no token of this id.',
    next: 'Run `mc token list`.',
  },
  'token.missing': {
    exit: EXIT.notAllowed,
    http: 401,
    means: 'The server asks for a token.',
    next: 'Give one with `--token`, `--token-file` or `MC_TOKEN`; `mc token create` makes one.',
  },
  'token.invalid': {
    exit: EXIT.notAllowed,
    http: 401,
    means: 'The server does not know this token.',
    next: 'Look at `--token` and `MC_TOKEN`; `mc token create` makes a new one.',
  },
  'scope.missing': {
    exit: EXIT.notAllowed,
    http: 403,
    means: 'The token lacks the scope that this needs.',
    next: 'Run `mc token create --scope SCOPE`.',
  },
  'upgrade.required': {
    exit: EXIT.usage,
    http: 426,
    means: 'The port speaks WebSocket and was asked over HTTP.',
    next: 'Connect with `ws://`.',
  },
  'rate.limited': {
    exit: EXIT.failed,
    http: 429,
    means: 'The client sends more than it may.',
    next: 'Wait a second, then go on slower.',
  },
  'body.too_large': {
    exit: EXIT.usage,
    http: 413,
    means: 'The body of the request is too large.',
    next: 'Send less at a time.',
  },
  'body.type': {
    exit: EXIT.usage,
    http: 415,
    means: 'The body of the request is not JSON.',
    next: 'Send it with `content-type: application/json`.',
  },
  'backup.not_found': {
    exit: EXIT.notFound,
    http: 404,
    means: 'There is no backup of this id.',
    next: 'Run `mc backup list`.',
  },
  'backup.corrupt': {
    exit: EXIT.checkFailed,
    http: 422,
    means: 'The backup is damaged, or not a backup.',
    next: 'Run `mc backup verify --all`: it shows which are sound.',
  },
  'metric.unknown': {
    exit: EXIT.notFound,
    http: 400,
    means: 'There is no metric of this name.',
    next: 'Run `mc metrics list`.',
  },
  /** Named where agents are chosen from, not as what is asked for. */
  'agent.unknown': {
    exit: EXIT.notFound,
    http: 400,
    means: 'There is no agent of this id among those that were measured.',
    next: 'Run `mc agents list`.',
  },
  'disk.full': {
    exit: EXIT.failed,
    http: 507,
    means: 'The disk is full.',
    next: 'Free some space: `mc backup prune --dry-run` shows what could go.',
  },
  interrupted: {
    exit: EXIT.interrupted,
    http: 499,
    means: 'The work was stopped before its end.',
    next: 'Run it again.',
  },
} as const satisfies Record<string, ErrorEntry>;
export type ErrorCode = keyof typeof ERRORS;

/** The body of every error answer. `error` is what old clients read. */
export interface ErrorBody {
  error: string;
  code: string;
  hint: string | null;
}
