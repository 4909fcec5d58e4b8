import type { ErrorCode } from './codes.js';

/** What an error is to a person. */
export interface ErrorWords {
  /** What happened. */
  means: string;
  /** What to do next, with what to type where there is something. An error's own hint is more exact. */
  next: string;
}

/** The words of every error; `docs/errors.md` is made from them. */
export const ERROR_WORDS: Record<ErrorCode, ErrorWords> = {
  internal: { means: 'A fault of mc itself.', next: 'Report it with the log: `mc doctor` shows where it lies.' },
  io: {
    means: 'The system refused to read or write, or a disk failed.',
    next: 'Read the message: it names the path and the reason. `mc doctor` looks at the usual ones.',
  },
  usage: { means: 'The command line is not right.', next: 'Run the command with `--help`.' },
  'input.invalid': {
    means: 'A value, a body or a name is not accepted.',
    next: 'Send what the message names; `mc api /api/openapi.json` has the form of every route.',
  },
  'config.invalid': {
    means: 'A configuration file or variable cannot be used.',
    next: 'Run `mc config show --origin`: it names where each value comes from.',
  },
  'workspace.missing': {
    means: 'There is no workspace at this path.',
    next: 'Run `mc init DIR`, or name another with `--workspace`.',
  },
  'confirm.required': {
    means: 'The command changes or deletes files and cannot ask, because there is no terminal.',
    next: 'See what it would do with `--dry-run`, then add `--yes`.',
  },
  starting: { means: 'The server is not ready yet, or is about to stop.', next: 'Try again in a second.' },
  'server.unreachable': {
    means: 'No server answers at this address.',
    next: 'Run `mc serve`, or name the server with `--server`.',
  },
  'server.foreign': {
    means: 'Something answers at this address that is not the mc server asked for.',
    next: 'Look at `--server` and `MC_SERVER`; `mc doctor` shows what answers.',
  },
  'server.incompatible': {
    means: 'The answer is not of a form that this version knows.',
    next: 'Run `mc doctor`: it shows both versions. Update the older one.',
  },
  not_found: { means: 'What was asked for does not exist.', next: 'Read the message: it names what is missing.' },
  'agent.not_found': { means: 'There is no agent of this id.', next: 'Run `mc agents list`.' },
  'task.not_found': { means: 'There is no task of this id or key.', next: 'Run `mc tasks list`.' },
  'task.ambiguous': {
    means: 'Several tasks have this id.',
    next: 'Name one by its key: `mc tasks list --json` has them.',
  },
  'notification.not_found': { means: 'There is no notification of this id.', next: 'Run `mc api /api/notifications`.' },
  'session.not_found': { means: 'No runtime has a session of this name.', next: 'Run `mc sessions`.' },
  'alert.not_found': { means: 'No alert rule, or no alert of one, has this name.', next: 'Run `mc alerts list`.' },
  'target.not_found': { means: 'No alert target has this name.', next: 'Run `mc alerts target list`.' },
  'delivery.not_found': { means: 'No delivery of an alert has this number.', next: 'Run `mc alerts deliveries`.' },
  'file.not_found': { means: 'There is no such file.', next: 'Run `mc api /api/files/browse`, or look at the path.' },
  'file.refused': {
    means: 'The path leads out of the workspace, is hidden or secret, or is not a file.',
    next: 'Name a path inside of the workspace, and remove links that lead out.',
  },
  'file.denied': {
    means: 'The file or directory may not be read or written by this user.',
    next: 'Change its owner or mode, then try again.',
  },
  'file.blocked': {
    means: 'Something else stands where a file or directory belongs.',
    next: 'Move it away, then try again.',
  },
  'route.not_found': {
    means: 'The server has no such route.',
    next: 'Run `mc api /api/openapi.json`: it lists every route.',
  },
  'method.not_allowed': { means: 'The route does not take this method.', next: 'Use a method of the `Allow` header.' },
  'state.unreadable': {
    means: 'A file of the workspace is broken, too large or of another encoding.',
    next: 'Mend the file at the place that is named; `mc check --offline` finds all of them.',
  },
  'check.failed': {
    means: 'A check found something that is not as it should be.',
    next: 'Read the line that failed; `mc doctor` says what to do.',
  },
  busy: {
    means: 'Another process works on the same thing.',
    next: 'Try again when it has ended; the message names it.',
  },
  'port.taken': {
    means: 'Another program listens on this port.',
    next: 'Choose another port with `--port` and `--ws-port` (0 picks a free one).',
  },
  'origin.refused': {
    means: 'A page of this origin may not use the server.',
    next: 'Start the server with `--allow-origin ORIGIN`.',
  },
  'host.refused': {
    means: 'The request names the server by a name that it does not have.',
    next: 'Call it by its address, or allow the name with `--allow-origin`.',
  },
  'token.not_found': { means: 'There is no token of this id.', next: 'Run `mc token list`.' },
  'token.missing': {
    means: 'The server asks for a token.',
    next: 'Give one with `--token`, `--token-file` or `MC_TOKEN`; `mc token create` makes one.',
  },
  'token.invalid': {
    means: 'The server does not know this token.',
    next: 'Look at `--token` and `MC_TOKEN`; `mc token create` makes a new one.',
  },
  'scope.missing': {
    means: 'The token lacks the scope that this needs.',
    next: 'Run `mc token create --scope SCOPE`.',
  },
  'upgrade.required': { means: 'The port speaks WebSocket and was asked over HTTP.', next: 'Connect with `ws://`.' },
  'rate.limited': { means: 'The client sends more than it may.', next: 'Wait a second, then go on slower.' },
  'body.too_large': { means: 'The body of the request is too large.', next: 'Send less at a time.' },
  'body.type': {
    means: 'The body of the request is not JSON.',
    next: 'Send it with `content-type: application/json`.',
  },
  'backup.not_found': { means: 'There is no backup of this id.', next: 'Run `mc backup list`.' },
  'backup.corrupt': {
    means: 'The backup is damaged, or not a backup.',
    next: 'Run `mc backup verify --all`: it shows which are sound.',
  },
  'metric.unknown': { means: 'There is no metric of this name.', next: 'Run `mc metrics list`.' },
  'agent.unknown': {
    means: 'There is no agent of this id among those that were measured.',
    next: 'Run `mc agents list`.',
  },
  'disk.full': {
    means: 'The disk is full.',
    next: 'Free some space: `mc backup prune --dry-run` shows what could go.',
  },
  interrupted: { means: 'The work was stopped before its end.', next: 'Run it again.' },
};
