import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { errnoOf, isSystemCode, isWithin, McError, toMcError } from '../../base/index.js';
import type { ErrorCode } from '../../protocol/index.js';
import type { ApiContext } from './context.js';

type Answer = { status: number; error: McError };

/** Answers any error in the one shape: `{error, code, hint}`. What went wrong inside is for the log, not for clients. */
export function answerError(
  { log, layout, services }: Pick<ApiContext, 'log' | 'layout' | 'services'>,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { status, error } = hungUp(thrown, request) ?? answerTo(thrown, layout.root);
  const about = { id: request.id, url: request.url.slice(0, 500) };
  if (status === 500)
    services.note('api', new Error(`${request.method} ${request.routeOptions?.url ?? 'a request'} failed`));
  if (status >= 500) log.error({ err: thrown, ...about }, 'a request failed');
  // What the file system refuses is for the operator to mend, and says all without a stack.
  else if (isSystemCode(error.code)) log.warn({ ...about, reason: error.message }, 'the file system refused a request');
  const body = status === 500 || namesOutside(thrown, layout.root) ? inside(error) : error;
  reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify({ ...legacy(request), ...withoutPaths(body, layout.root) }));
}

/** Answers what is not HTTP, or comes too slowly, and hangs up. */
export function answerClientError(thrown: Error & { code?: string }, socket: Socket): void {
  if (thrown.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = CLIENT_ERRORS[thrown.code ?? ''] ?? 400;
  const body = JSON.stringify(new McError('input.invalid', STATUS_CODES[status] ?? 'Bad request').toBody());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const CLIENT_ERRORS: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const FASTIFY_ERRORS: Record<string, { code: ErrorCode; message: string; hint?: string }> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body.too_large', message: 'the body is larger than 1 MiB' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'body.type',
    message: 'a body must be JSON',
    hint: 'send it with content-type: application/json',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'input.invalid', message: 'the body is not as long as Content-Length' },
  FST_ERR_BAD_URL: { code: 'input.invalid', message: 'the path is not valid percent-encoding' },
};

/** A client that went away in the middle of its request: nobody reads the answer, and nothing is wrong here. */
function hungUp(thrown: unknown, { raw }: FastifyRequest): Answer | null {
  if (errnoOf(thrown) !== 'ECONNRESET' && !(raw.destroyed && !raw.complete)) return null;
  const error = new McError('interrupted', 'the client hung up before its request was complete');
  return { status: error.http, error };
}

/** Where tokens, certificates and others of the user's files lie is nobody's business. */
function namesOutside(thrown: unknown, root: string): boolean {
  const { path } = ((thrown instanceof McError ? thrown.cause : thrown) as NodeJS.ErrnoException | undefined) ?? {};
  return typeof path === 'string' && !isWithin(path, [root]);
}

function answerTo(thrown: unknown, root: string): Answer {
  if (thrown instanceof McError) return { status: thrown.http, error: thrown };
  const { code, statusCode } = thrown as FastifyError;
  const known = FASTIFY_ERRORS[code];
  if (known) {
    const error = new McError(known.code, known.message, known.hint ? { hint: known.hint } : {});
    return { status: error.http, error };
  }
  if (errnoOf(thrown) === null && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, error: new McError('input.invalid', STATUS_CODES[statusCode] ?? 'Bad request') };
  }
  const error = toMcError(thrown, root);
  return { status: error.http, error };
}

function inside(error: McError): McError {
  return new McError(error.code, 'something went wrong inside the server', {
    hint: 'the server’s log has more under the x-request-id of this answer',
  });
}

/** Old clients read `success` from the answers of a restore, and only there. */
function legacy(request: FastifyRequest): object {
  return request.routeOptions?.url?.endsWith('/restore') ? { success: false } : {};
}

/** Messages name files of the workspace; where it lies is nobody's business. */
function withoutPaths(error: McError, root: string): object {
  const { error: message, code, hint } = error.toBody();
  const relative = (text: string) => text.replaceAll(`${root}/`, '').replaceAll(root, 'the workspace');
  return { error: relative(message), code, hint: hint === null ? null : relative(hint) };
}
