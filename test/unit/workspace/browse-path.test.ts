import * as fc from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { readPlace } from '../../../src/workspace/browse/path.js';

describe('a plain path', () => {
  it.each([
    ['', []],
    ['.', []],
    ['./', []],
    ['mission-control', ['mission-control']],
    ['./mission-control/', ['mission-control']],
    ['a//b/./c', ['a', 'b', 'c']],
    ['a file with spaces.md', ['a file with spaces.md']],
    ['größe/日本語.md', ['größe', '日本語.md']],
    ['2026-02-17T10:00.md', ['2026-02-17T10:00.md']],
    ['100%.md', ['100%.md']],
    ['a..b', ['a..b']],
    ['v1.2..', ['v1.2..']],
  ])('%j is taken', (path, names) => {
    expect(readPlace(path)).toEqual(names);
  });
});

describe('every other', () => {
  it.each([
    '..',
    '../',
    'a/..',
    'a/../b',
    './..',
    '...',
    '.. ',
    ' ..',
    '. .',
    '/',
    '/etc/passwd',
    '//etc',
    ' /etc',
    '\\etc',
    '..\\..\\etc',
    'a\\b',
    '~',
    '~root/.ssh',
    'C:/windows',
    'c:autoexec',
    'file:///etc/passwd',
    'http://evil.example/',
    '%2e%2e/etc',
    '%2fetc',
    '..%2fetc',
    '%252e%252e%252f',
    '%25252e%25252e',
    'a%00b',
    'a\0b',
    'a\nb',
    'a\u007fb',
    '\uFFFD\uFFFD/etc',
    '\uD800',
    '．．/etc',
    '‥/etc',
    '／etc',
    '%ef%bc%8e%ef%bc%8e',
    'file.txt::$DATA',
    'x'.repeat(5000),
  ])('%j is refused without a reason', (path) => {
    expect(() => readPlace(path)).toThrow(expect.objectContaining({ code: 'file.refused', message: 'Invalid path' }));
  });
});

it('never leaves a name that climbs or separates', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('..', '.', '/', '%2e', '%2f', '%5c', '\\', '%25'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      let names: string[];
      try {
        names = readPlace(pieces.join(''));
      } catch {
        return;
      }
      for (const name of names) {
        expect(name).not.toBe('..');
        expect(name).not.toMatch(/[/\\\0]/);
        // `℀` becomes `a/c`, which only leads further down: a normal form may hold a separator, but nothing that climbs.
        expect(name.normalize('NFKC').split('/')).not.toContain('..');
      }
    }),
    { numRuns: 500 * Number(process.env.MC_TEST_RUNS ?? 1) },
  );
});
