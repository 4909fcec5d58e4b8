import { describe, expect, it } from 'vitest';
import { needsToken } from '../../../../src/server/auth/exposure.js';

const CLOSED = { host: '127.0.0.1', token: null, allowAnonymous: false, requireToken: false };
const needs = (changes: Partial<Parameters<typeof needsToken>[0]>, kept = 0) =>
  needsToken({ ...CLOSED, ...changes }, kept);
const usage = expect.objectContaining({ code: 'usage', exit: 2 });

describe('a token is asked for', () => {
  it('on this machine only when it is asked for, or one is set', () => {
    expect(needs({})).toBe(false);
    expect(needs({}, 3)).toBe(false);
    expect(needs({ token: 't' })).toBe(true);
    expect(needs({ requireToken: true }, 1)).toBe(true);
    expect(needs({ requireToken: true, token: 't' })).toBe(true);
  });

  it('beyond it always, unless everyone is let in on purpose', () => {
    expect(needs({ host: '0.0.0.0' }, 1)).toBe(true);
    expect(needs({ host: '0.0.0.0', token: 't' })).toBe(true);
    expect(needs({ host: '0.0.0.0', allowAnonymous: true })).toBe(false);
    expect(needs({ host: '0.0.0.0', allowAnonymous: true }, 2)).toBe(false);
  });
});

describe('a server does not start', () => {
  it('open to others without a lock', () => expect(() => needs({ host: '::' })).toThrow(usage));
  it('locked without a key', () => expect(() => needs({ requireToken: true })).toThrow(usage));
  it('told the opposite', () => expect(() => needs({ requireToken: true, allowAnonymous: true }, 1)).toThrow(usage));
});
