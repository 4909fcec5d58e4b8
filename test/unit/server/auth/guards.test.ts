import { describe, expect, it } from 'vitest';
import { createGuards } from '../../../../src/server/auth/guards.js';

const CLOSED = {
  host: '127.0.0.1',
  token: null,
  allowAnonymous: false,
  requireToken: false,
  allowOrigin: [],
  tlsCert: null,
};

const ALL = ['read', 'operate', 'admin'];

function guards(settings: Partial<Parameters<typeof createGuards>[0]['settings']> = {}, port: number | null = 8080) {
  return createGuards({ settings: { ...CLOSED, ...settings }, addresses: ['10.0.0.5'], pagePort: () => port });
}

describe('a host that other machines reach', () => {
  it.each(['0.0.0.0', '::', '10.0.0.5', 'office.lan'])('is not opened on %s without a token', (host) => {
    expect(() => guards({ host })).toThrow(expect.objectContaining({ code: 'usage', exit: 2 }));
  });

  it('is opened with a token, or when everyone is let in on purpose', () => {
    expect(guards({ host: '0.0.0.0', token: 't' }).tokens.required).toBe(true);
    expect(guards({ host: '0.0.0.0', allowAnonymous: true }).tokens.required).toBe(false);
  });

  it('counts pages that it serves itself as its own, once its port is bound', () => {
    expect(guards({ host: '0.0.0.0', token: 't' }).allowOrigin('http://10.0.0.5:8080')).toBe(true);
    expect(guards({ host: '0.0.0.0', token: 't' }, null).allowOrigin('http://10.0.0.5:8080')).toBe(false);
    expect(guards({ host: '0.0.0.0', token: 't' }, 80).allowOrigin('http://10.0.0.5')).toBe(true);
  });
});

describe('tokens', () => {
  it('are not asked for when none is set', () => {
    const { tokens } = guards();
    expect([tokens.required, tokens.check(undefined), tokens.check('Bearer x')]).toEqual([false, ALL, ALL]);
    expect(tokens.scopesOf('anything')).toEqual(ALL);
  });

  it('are taken from Authorization: Bearer only', () => {
    const { tokens } = guards({ token: 'secret' });
    expect(tokens.check('Bearer secret')).toEqual(ALL);
    expect(tokens.check('bearer  secret ')).toEqual(ALL);
    expect(
      [undefined, '', 'secret', 'Basic secret', 'Bearer', 'Bearer a b'].map((header) => tokens.check(header)),
    ).toEqual(Array(6).fill('missing'));
    expect(['Bearer secre', 'Bearer secret1', 'Bearer SECRET'].map((header) => tokens.check(header))).toEqual(
      Array(3).fill('invalid'),
    );
    expect([tokens.scopesOf('secret')?.length, tokens.scopesOf('other')]).toEqual([3, null]);
  });
});
