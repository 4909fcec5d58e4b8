import type { FastifyInstance } from 'fastify';
import { McError } from '../../base/index.js';
import { JSON_DEPTH } from '../../protocol/index.js';
import { isTooDeep } from '../depth.js';

/** A larger body is refused with 413. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Bodies are JSON and say so. An empty body is not a body, whatever its content type says. */
export function addBodyParsers(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') return done(null, undefined);
    return parse(request, text as string, (error, value: unknown) => {
      if (error) return done(notJson(error));
      return isTooDeep(value) ? done(tooDeep()) : done(null, value);
    });
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined);
    return done(
      new McError('body.type', 'a body must be JSON', { hint: 'send it with content-type: application/json' }),
    );
  });
}

function notJson(error: Error): McError {
  return new McError('input.invalid', `the body is not JSON: ${error.message}`, {
    hint: 'send one JSON object',
    cause: error,
  });
}

function tooDeep(): McError {
  return new McError('input.invalid', `the body is nested deeper than ${JSON_DEPTH.sent} levels`);
}
