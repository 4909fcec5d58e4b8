import { describe, expect, it } from 'vitest';
import { slim } from '../../../src/runtimes/slim.js';
import * as fc from '../../support/property.js';

/** The value with every string that takes more than so many bytes in JSON emptied. */
function emptied(value: unknown, longest: number): unknown {
  if (typeof value === 'string') return Buffer.byteLength(JSON.stringify(value)) - 2 > longest ? '' : value;
  if (Array.isArray(value)) return value.map((each) => emptied(each, longest));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, emptied(each, longest)]));
}

const parsed = (line: Buffer) => JSON.parse(line.toString());

describe('a line without its long strings', () => {
  it('is the same but for those', () => {
    const line = { a: 'x'.repeat(9000), b: ['short', `${'\\"'.repeat(3000)}end`], c: { d: 7, e: '\\' }, f: '"' };
    expect(parsed(slim(Buffer.from(JSON.stringify(line))))).toEqual({ ...line, a: '', b: ['short', ''] });
  });

  it('is the line itself when it is short', () => {
    const line = Buffer.from('{"a":"b"}');
    expect(slim(line)).toBe(line);
  });

  it('stays none when it is not JSON', () => {
    const torn = Buffer.from(`{"a":"${'x'.repeat(9000)}`);
    expect(() => parsed(slim(torn))).toThrow(SyntaxError);
  });

  it('is the same but for those, whatever it holds', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', '\\', 'é', '{', ',', '\n') }));
    // Keys stay short: a long key is a string too, and becomes empty.
    const json = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(fc.constantFrom('a', 'b"', '\\'), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(json, (value) => {
        const line = { padding: 'p'.repeat(5000), value };
        expect(parsed(slim(Buffer.from(JSON.stringify(line)), 8))).toEqual(emptied(line, 8));
      }),
    );
  });
});
