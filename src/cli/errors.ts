import { McError, toMcError } from '../base/index.js';
import { RestError, UnreachableError } from '../client/index.js';
import { ERRORS, type ErrorCode } from '../protocol/index.js';
import { cleanJson, cleanText } from './clean.js';
import { fromParser, isParseError } from './parse-errors.js';
import { paint, type Terminal } from './print/terminal.js';

/** Any thrown thing as an error that says what happened, why, and what to do next. `command`: its words, `agents list`. */
export function explain(thrown: unknown, command: string | null): McError {
  if (thrown instanceof RestError) return fromServer(thrown);
  if (thrown instanceof UnreachableError) {
    return new McError('server.unreachable', thrown.message, { hint: 'start a server with: mc serve', cause: thrown });
  }
  return isParseError(thrown) ? fromParser(thrown, command) : toMcError(thrown);
}

/** The text of an error for stderr: what happened and why, and below it what to do next. */
export function errorText(error: McError, terminal: Terminal, debug: boolean): string {
  const lines = [`${paint(terminal, 'red', terminal.unicode ? '✗' : 'x')} ${cleanText(error.message)}`];
  if (error.hint) lines.push(`  ${cleanText(error.hint)}`);
  if (debug) lines.push(traceOf(error));
  return `${lines.join('\n')}\n`;
}

/** The document that stands for a result on stdout when there is none. */
export function errorJson(error: McError): string {
  return `${cleanJson({ error: { code: error.code, message: error.message, hint: error.hint } })}\n`;
}

function fromServer(error: RestError): McError {
  const code = Object.hasOwn(ERRORS, error.code ?? '') ? (error.code as ErrorCode) : codeOf(error.status);
  // A server speaks to programs of every kind; here there are flags.
  const hint = TOKEN_HINTS[code] ?? error.hint;
  return new McError(code, error.message, { cause: error, ...(hint ? { hint } : {}) });
}

const TOKEN_HINTS: Partial<Record<ErrorCode, string>> = {
  'token.missing': 'give one with --token-file FILE or MC_TOKEN; mc token create makes one where the server runs',
  'token.invalid':
    'look at --token-file, --token or MC_TOKEN; mc token list shows those that are known where the server runs',
};

/** For answers of servers that do not know our codes. */
function codeOf(status: number): ErrorCode {
  if (status === 404) return 'not_found';
  if (status === 401) return 'token.missing';
  if (status === 403) return 'scope.missing';
  if (status === 409) return 'busy';
  return status < 500 ? 'input.invalid' : 'internal';
}

function traceOf(error: McError): string {
  const own = error.stack ?? '';
  const below = error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? error.cause.message}` : '';
  return own + below;
}
