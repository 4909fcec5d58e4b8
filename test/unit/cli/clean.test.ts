import { describe, expect, it } from 'vitest';
import { cleanJson, cleanText } from '../../../src/cli/clean.js';

describe('cleanText', () => {
  it('keeps words, wide characters and emoji as they are', () => {
    expect(cleanText('Überblick 日本 👩‍💻 ok')).toBe('Überblick 日本 👩‍💻 ok');
  });

  it('puts line ends and tabs on one line', () => {
    expect(cleanText('a\r\nb\tc\u2028d')).toBe('a b c d');
  });

  it.each([
    ['an escape sequence', 'a\u001b[2Jb', 'a\ufffd[2Jb'],
    ['a C1 sequence', 'a\u009b31mb', 'a\ufffd31mb'],
    ['a bell and a delete', '\u0007\u007f', '\ufffd\ufffd'],
    ['a right-to-left override', 'exe\u202egnp', 'exe\ufffdgnp'],
  ])('disarms %s', (_, text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });
});

describe('cleanJson', () => {
  it('escapes what JSON.stringify leaves, and means the same', () => {
    const value = { text: 'a\u009bb\u202ec\u001bd', list: ['–', '日'] };
    const json = cleanJson(value, 2);
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(json).not.toMatch(/[\u007f-\u009f\u202e\u001b]/);
    expect(JSON.parse(json)).toEqual(value);
  });
});
