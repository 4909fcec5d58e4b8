import * as fc from '../../support/property.js';
import { describe, expect, test } from 'vitest';
import { editJson } from '../../../src/workspace/text/json-edit.js';
import { numRuns } from './runs.js';

const edit = (text: string, path: [string, ...string[]], value: unknown): string =>
  editJson(Buffer.from(text), [{ path, value }]).toString();

describe('editJson', () => {
  test.each([
    ['replaces', '{"a":1, "b" : 2}', ['a'], 'x', '{"a":"x", "b" : 2}'],
    ['appends inline', '{"a": 1, "b": 2}', ['c'], [1], '{"a": 1, "b": 2, "c": [1]}'],
    ['appends to one', '{"a": 1}', ['c'], 2, '{"a": 1, "c": 2}'],
    ['appends on a line of its own', '{\n\t"a": 1\n}\n', ['c'], [1], '{\n\t"a": 1,\n\t"c": [\n\t\t1\n\t]\n}\n'],
    ['keeps CRLF', '{\r\n  "a": 1\r\n}', ['c'], { d: 1 }, '{\r\n  "a": 1,\r\n  "c": {\r\n    "d": 1\r\n  }\r\n}'],
    ['keeps a short list short', '{\n  "a": ["x", "y"]\n}', ['a'], ['z'], '{\n  "a": ["z"]\n}'],
    ['keeps a long list long', '{\n  "a": [\n    "x"\n  ]\n}', ['a'], ['z'], '{\n  "a": [\n    "z"\n  ]\n}'],
    ['goes into objects', '{"a":{"b":{}}}', ['a', 'b', 'c'], 1, '{"a":{"b":{"c": 1}}}'],
    ['makes objects', '{"a":4}', ['a', 'b'], 1, '{"a":{"b":1}}'],
    ['fills an empty file', '{}\n', ['a'], { b: 1 }, '{\n  "a": {\n    "b": 1\n  }\n}\n'],
    ['sets the one that counts', '{"a":1,"a":2}', ['a'], 3, '{"a":1,"a":3}'],
    ['finds escaped keys', '{"\\u00e9":1,"é":2}', ['é'], 3, '{"\\u00e9":1,"é":3}'],
    ['drops leading zeros', '{"hour": 06, "s": "06"}', ['x'], 1, '{"hour": 6, "s": "06", "x": 1}'],
    [
      'keeps digits that no number holds',
      '{"n":12345678901234567890.10,"a":1}',
      ['a'],
      2,
      '{"n":12345678901234567890.10,"a":2}',
    ],
    ['keeps what Python writes', '{"n":NaN,"a":-Infinity}', ['b'], 2, '{"n":NaN,"a":-Infinity,"b":2}'],
    ['keeps a BOM', '\uFEFF{"a":1}', ['a'], 2, '\uFEFF{"a":2}'],
  ] as [string, string, [string, ...string[]], unknown, string][])('%s', (_, text, path, value, after) => {
    expect(edit(text, path, value)).toBe(after);
  });

  test('leaves bytes that are no UTF-8 as they are', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const after = editJson(bytes, [{ path: ['b'], value: 'é' }]);
    expect(after.equals(Buffer.concat([bytes.subarray(0, -1), Buffer.from(', "b":"é"}')]))).toBe(true);
  });

  test('sets exactly the field, in any JSON and any writing of it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string(),
        fc.jsonValue(),
        fc.constantFrom(undefined, 2, '\t'),
        (object, key, value, indent) => {
          const after = edit(JSON.stringify(object, null, indent), [key], value);
          const plain = (of: unknown): unknown => JSON.parse(JSON.stringify(of));
          const expected = Object.fromEntries([...Object.entries(object).filter(([k]) => k !== key), [key, value]]);
          expect(JSON.parse(after)).toEqual(plain(expected));
        },
      ),
      { numRuns: numRuns(300) },
    );
  });
});
