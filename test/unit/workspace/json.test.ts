import * as fc from '../../support/property.js';
import { describe, expect, test } from 'vitest';
import { parseTolerantJson } from '../../../src/workspace/index.js';
import { scanJson } from '../../../src/workspace/text/json-scan.js';
import { numRuns } from './runs.js';

const parse = (text: string) => parseTolerantJson(Buffer.from(text));
const refused = (reason: string, place: string | null) => ({ ok: false, reason, place });

describe('parseTolerantJson', () => {
  test.each([
    ['a BOM', '\uFEFF{"a":1}', { a: 1 }],
    ['a leading zero', '{"hour": 06}', { hour: 6 }],
    ['many zeros', '[00, 007, -06.5, 0.5, 01e2]', [0, 7, -6.5, 0.5, 100]],
    ['zeros in strings are left alone', '{"a":"06: 07","b":08}', { a: '06: 07', b: 8 }],
    ['a lone value', ' "x" ', 'x'],
    ['escapes beside zeros', String.raw`["\u00e9\"", 01]`, ['é"', 1]],
  ])('reads %s', (_, text, value) => {
    expect(parse(text)).toEqual({ ok: true, value, notes: [] });
  });

  test('takes a thousand leading zeros for slips, and more for another language', () => {
    const zeros = (count: number) => `[${Array.from({ length: count }, () => '07').join(',')}]`;
    expect(parse(zeros(1000))).toMatchObject({ ok: true });
    expect(parse(zeros(1001))).toMatchObject({ ok: false, reason: 'too many numbers that JSON does not know' });
    expect(parse(`[${'NaN,'.repeat(5000)}1]`)).toMatchObject({ ok: true });
  });

  test.each([
    ['nothing', '', refused('the file is empty', null)],
    ['blanks', ' \n', refused('the file is empty', null)],
    ['a string cut short', '{"a": "b', refused('the JSON ends in the middle (inside a string)', 'line 1, column 9')],
    [
      'a cut string and a line end',
      '{"a":\n"b\n',
      refused('the JSON ends in the middle (inside a string)', 'line 2, column 3'),
    ],
    ['an object cut short', '{"a": 1,', refused('the JSON ends in the middle', 'line 1, column 9')],
    ['a word cut short', '{"a": tru', refused('the JSON ends in the middle', 'line 1, column 7')],
    [
      'an escape cut short',
      String.raw`"\u00`,
      refused('the JSON ends in the middle (inside a string)', 'line 1, column 6'),
    ],
    ['text after the end', '{"a":1}\n}', refused('there is more text after the end of the JSON', 'line 2, column 1')],
    ['a missing comma', '{"a":1 "b":2}', refused('unexpected "\\"" where , or } belongs', 'line 1, column 8')],
    ['a bare word', '{"a": yes}', refused('unexpected "y" where a value belongs', 'line 1, column 7')],
    ['a trailing comma', '[1,]', refused('unexpected "]" where a value belongs', 'line 1, column 4')],
    [
      'a line break in a string',
      '["a\nb"]',
      refused('a line break or control character inside a string', 'line 1, column 4'),
    ],
    ['an unknown escape', String.raw`["\q"]`, refused('an escape that JSON does not know', 'line 1, column 3')],
  ])('refuses %s with its place', (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test('reads on after bytes that are no UTF-8 and says where they stand', () => {
    const bytes = Buffer.concat([Buffer.from('{"ok":"\uFFFDé",\n"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(parseTolerantJson(bytes)).toEqual({
      ok: true,
      value: { ok: '\uFFFDé', a: '\uFFFD\uFFFD' },
      notes: [{ place: 'line 2, column 6', reason: 'not valid UTF-8' }],
    });
  });

  test('refuses what is nested too deep for whoever comes later, but counts no brackets in strings', () => {
    expect(parse('['.repeat(100_000) + ']'.repeat(100_000))).toEqual(
      refused('nested deeper than 200 levels', 'line 1, column 201'),
    );
    expect(parse(JSON.stringify('['.repeat(500)))).toMatchObject({ ok: true });
    expect(parse('['.repeat(200) + ']'.repeat(200))).toMatchObject({ ok: true });
  });

  test('reads whatever JSON.stringify writes, and never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text), notes: [] });
        expect(scanJson(text)).toEqual({ ok: true, repairs: [] });
      }),
      { numRuns: numRuns(200) },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseTolerantJson(bytes)).toHaveProperty('ok');
      }),
      { numRuns: numRuns(500) },
    );
  });

  test('agrees with JSON.parse on every text but for leading zeros and depth', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '\\',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 14 }), (tokens) => {
        const text = tokens.join('');
        const scan = scanJson(text);
        if (scan.ok && scan.repairs.length === 0) expect(() => JSON.parse(text) as unknown).not.toThrow();
        if (!scan.ok) expect(() => JSON.parse(text) as unknown).toThrow();
      }),
      { numRuns: numRuns(2000) },
    );
  });

  test("Python's NaN and Infinity are null, with one note however many they are", () => {
    expect(parse('{"status":"busy","cpu":NaN,"list":[Infinity,-Infinity, 1]}')).toEqual({
      ok: true,
      value: { status: 'busy', cpu: null, list: [null, null, 1] },
      notes: [{ place: 'line 1, column 24', reason: 'NaN is not JSON: read as null (and 2 more like it)' }],
    });
    expect(parse('{"a":Nan}')).toMatchObject({ ok: false });
  });

  test('every beginning of a text is refused as cut short or is itself JSON', () => {
    const text = '{"status": "working", "list": [1, -2.5e3, true, null, {"a": "\\u00e9"}], "b": false}';
    for (let length = 1; length < text.length; length += 1) {
      const parsed = parse(text.slice(0, length));
      expect(parsed).toMatchObject({ ok: false });
    }
  });
});
