import { describe, expect, it } from 'vitest';
import { McError } from '../../../src/base/index.js';
import { errorJson, errorText, explain } from '../../../src/cli/errors.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';
import { RestError, UnreachableError } from '../../../src/client/index.js';

const pipe = terminalOf({}, {});

describe('explain', () => {
  it('keeps an error of ours', () => {
    const error = new McError('busy', 'somebody else');
    expect(explain(error, null)).toBe(error);
  });

  it.each([
    [404, 'agent.not_found', 'agent.not_found', 4],
    [404, 'unknown', 'not_found', 4],
    [403, 'unknown', 'scope.missing', 7],
    [409, 'unknown', 'busy', 6],
    [400, 'unknown', 'input.invalid', 2],
    [500, 'unknown', 'internal', 1],
    [500, 'toString', 'internal', 1],
  ])('takes %d %s from a server for %s', (status, code, own, exit) => {
    const error = explain(new RestError(status, 'no', code, 'try this', {}), null);
    expect(error).toMatchObject({ code: own, exit, message: 'no', hint: 'try this' });
  });

  it('says to people with flags how a token is given', () => {
    const error = explain(new RestError(401, 'no', 'token.missing', 'send Authorization: Bearer TOKEN', {}), null);
    expect(error).toMatchObject({ code: 'token.missing', exit: 7, hint: expect.stringContaining('--token-file') });
  });

  it('says how to start a server when none answers', () => {
    const error = explain(new UnreachableError('http://127.0.0.1:1/', new Error('refused')), null);
    expect(error).toMatchObject({ code: 'server.unreachable', exit: 3 });
    expect(error.hint).toContain('mc serve');
  });

  it('has a name for everything else', () => {
    expect(explain(new TypeError('x is undefined'), null)).toMatchObject({ code: 'internal', exit: 1 });
    expect(explain(Object.assign(new Error('full'), { code: 'ENOSPC' }), null).code).toBe('disk.full');
  });
});

describe('an error', () => {
  const error = new McError('usage', 'it went\u001b[2J wrong', { hint: 'try again', cause: new Error('deep down') });

  it('is told in two lines that cannot steer the terminal', () => {
    expect(errorText(error, pipe, false)).toBe('✗ it went\ufffd[2J wrong\n  try again\n');
  });

  it('shows its trace and its cause only with --debug', () => {
    expect(errorText(error, pipe, true)).toMatch(/errors\.test\.ts[\s\S]*caused by Error: deep down/);
  });

  it('is one line of JSON', () => {
    expect(JSON.parse(errorJson(error))).toEqual({
      error: { code: 'usage', message: 'it went\u001b[2J wrong', hint: 'try again' },
    });
    expect(errorJson(error).trimEnd()).not.toContain('\n');
  });
});
