import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTokenBook } from '../../../../src/server/auth/token-book.js';
import {
  createToken,
  readTokens,
  revokeToken,
  tokenDigest,
  tokensPath,
} from '../../../../src/server/auth/token-file.js';
import { scratch } from '../../../support/scratch.js';

const NOW = Date.parse('2026-11-23T07:00:00.000Z');
const ASKED = { scope: 'operate' as const, label: 'hook', now: NOW };

describe('a new token', () => {
  it('is kept as a hash, in a file that only its owner reads', async () => {
    const path = join(scratch(), 'deep', 'tokens.json');
    const { token, row } = await createToken(path, ASKED);
    expect(token).toMatch(/^mc_[\w-]{43}$/);
    expect(row).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      label: 'hook',
      scope: 'operate',
      created_at: '2026-11-23T07:00:00.000Z',
    });
    expect(readTokens(path)).toEqual([{ ...row, hash: tokenDigest(token).toString('hex') }]);
    expect(readFileSync(path, 'utf8')).not.toContain(token.slice(3));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('is another each time', async () => {
    const path = join(scratch(), 'tokens.json');
    const tokens = [await createToken(path, ASKED), await createToken(path, { ...ASKED, label: null })];
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(2);
    expect(readTokens(path)).toHaveLength(2);
  });
});

describe('a revoked token', () => {
  it('is gone, and the others stay', async () => {
    const path = join(scratch(), 'tokens.json');
    const [one, two] = [await createToken(path, ASKED), await createToken(path, ASKED)];
    expect(await revokeToken(path, one.row.id)).toEqual(one.row);
    expect(readTokens(path).map(({ id }) => id)).toEqual([two.row.id]);
    await expect(revokeToken(path, one.row.id)).rejects.toMatchObject({ code: 'token.not_found', exit: 4 });
  });
});

describe('the file', () => {
  it('lies in the user’s own directory', () => {
    expect(tokensPath({}, '/home/a')).toBe('/home/a/.config/mission-control/tokens.json');
    expect(tokensPath({ XDG_CONFIG_HOME: '/x' }, '/home/a')).toBe('/x/mission-control/tokens.json');
  });

  it('may be missing', () => {
    expect(readTokens(join(scratch(), 'tokens.json'))).toEqual([]);
  });

  it.each([
    '',
    'no json',
    '[]',
    '{}',
    '{"tokens":{}}',
    '{"tokens":[{}]}',
    '{"tokens":[{"id":"a","label":null,"scope":"all","created_at":"x","hash":"00"}]}',
  ])('is not trusted when it holds %j', (text) => {
    const path = join(scratch(), 'tokens.json');
    writeFileSync(path, text, { mode: 0o600 });
    expect(() => readTokens(path)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('is not trusted when others may write it, or when it is a directory', () => {
    const path = join(scratch(), 'tokens.json');
    writeFileSync(path, '{"tokens":[]}');
    chmodSync(path, 0o666);
    expect(() => readTokens(path)).toThrow(
      expect.objectContaining({ code: 'config.invalid', hint: `chmod 600 ${path}` }),
    );
    const directory = join(scratch(), 'tokens.json');
    mkdirSync(directory);
    expect(() => readTokens(directory)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });
});

describe('a server’s book of them', () => {
  it('follows the file, but looks only now and then', async () => {
    const path = join(scratch(), 'tokens.json');
    let now = NOW;
    const book = createTokenBook(path, { now: () => now });
    expect(book()).toEqual([]);
    const { row } = await createToken(path, ASKED);
    now += 100;
    expect(book()).toEqual([]);
    now += 500;
    expect(book()).toEqual([expect.objectContaining(row)]);
    await revokeToken(path, row.id);
    now += 500;
    expect(book()).toEqual([]);
  });

  it('keeps what it knows while the file makes no sense, and forgets all when it is gone', async () => {
    const path = join(scratch(), 'tokens.json');
    await createToken(path, ASKED);
    let now = NOW;
    const book = createTokenBook(path, { now: () => now });
    writeFileSync(path, 'nonsense and more');
    now += 500;
    expect(book()).toHaveLength(1);
    const { rmSync } = await import('node:fs');
    rmSync(path);
    now += 500;
    expect(book()).toEqual([]);
  });

  it('is empty without a file, and refuses one that makes no sense at the start', () => {
    expect(createTokenBook(null, { now: () => NOW })()).toEqual([]);
    const path = join(scratch(), 'tokens.json');
    writeFileSync(path, 'nonsense');
    expect(() => createTokenBook(path, { now: () => NOW })).toThrow(
      expect.objectContaining({ code: 'config.invalid' }),
    );
  });
});
