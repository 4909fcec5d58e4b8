import * as fc from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { cleanText, isSimple, pad, truncate, widthOf } from '../../../src/base/text.js';

describe('cleanText', () => {
  it.each([
    ['plain', 'plain'],
    ['two\r\nlines\tand', 'two lines and'],
    ['\u001b[2Jx', '\ufffd[2Jx'],
    ['\u009b31m', '\ufffd31m'],
    ['\u202Eabc', '\ufffdabc'],
    ['a\u200bb\ufeff', 'ab'],
    ['\ud800', '\ufffd'],
    ['e\u0300\u0301\u0302\u0303', 'e\u0300\u0301'],
    ['👩‍👩‍👧', '👩‍👩‍👧'],
  ])('%j becomes %j', (from, to) => {
    expect(cleanText(from)).toBe(to);
  });

  it('leaves nothing that steers a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(cleanText(text)).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe('widthOf', () => {
  it.each([
    ['abc', 3],
    ['漢字', 4],
    ['👍🏽', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['⚠ ☀', 3],
    ['●◐○✕◌⏻·', 7],
    ['é', 1],
  ])('%s is %d columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it('is the sum of its parts where lines are put together', () => {
    expect(widthOf('⚠ \ufffd')).toBe(widthOf('⚠ ') + widthOf('\ufffd'));
  });
});

describe('truncate and pad', () => {
  it('fit any text into any width, without half characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (raw, width) => {
        const text = cleanText(raw);
        const cut = truncate(text, width);
        expect(widthOf(cut)).toBeLessThanOrEqual(width);
        expect(widthOf(pad(cut, width))).toBe(width);
      }),
    );
  });

  it('keep what fits and mark what was cut', () => {
    expect(truncate('abcdef', 4)).toBe('abc…');
    expect(truncate('漢字漢字', 5)).toBe('漢字…');
    expect(truncate('abc', 0)).toBe('');
    expect(pad('7', 3, 'right')).toBe('  7');
  });

  it('know which text every terminal takes for equally wide', () => {
    expect(isSimple('● live — no')).toBe(false);
    expect(isSimple('● live · 4s ▁▂█')).toBe(true);
  });
});
