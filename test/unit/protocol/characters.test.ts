import { describe, expect, it } from 'vitest';
import { charactersOf, nextCharacter, previousCharacter } from '../../../src/protocol/index.js';
import * as fc from '../../support/property.js';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const pieces = fc.array(
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('👩‍👩‍👧‍👦', '🇩🇪🇫🇷', 'e\u0301', '\r\n', '\ud800', 'läßt '.repeat(60)),
  ),
  { maxLength: 30 },
);

describe('the characters of a text', () => {
  it('are those of the segmenter, however long it is', () => {
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        const expected = [...segmenter.segment(text)].map(({ segment, index }) => ({ segment, index }));
        expect([...charactersOf(text)]).toEqual(expected);
        for (const { segment, index } of expected.slice(0, 40)) {
          expect(nextCharacter(text, index)).toBe(index + segment.length);
          expect(previousCharacter(text, index + segment.length)).toBe(index);
        }
      }),
      { numRuns: 200 * Number(process.env['MC_TEST_RUNS'] ?? 1) },
    );
  });

  it('are whole but for one that is longer than any that is drawn', () => {
    const piled = `a${'\u0301'.repeat(1000)}`;
    const found = [...charactersOf(piled)].map(({ segment }) => segment);
    expect(found.join('')).toBe(piled);
    expect(found.length).toBeLessThan(10);
    expect([...charactersOf('')]).toEqual([]);
  });
});
