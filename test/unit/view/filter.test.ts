import { describe, expect, it } from 'vitest';
import { applyFilter } from '../../../src/view/index.js';

describe('a filter', () => {
  const names = ['api', 'archivist', 'tester', 'analyst'];
  const pass = (text: string) => applyFilter(names, text, (name) => [name]);

  it.each([
    ['', names],
    ['a', ['api', 'archivist', 'analyst']],
    ['TEST', ['tester']],
    ['arst', ['archivist']],
    ['!a', ['tester']],
    ['a st', ['archivist', 'analyst']],
    ['!zzz', names],
    ['zzz', []],
  ])('%j lets %j through', (text, expected) => {
    expect(pass(text)).toEqual(expected);
  });

  it('prefers what holds the word to what only has its letters', () => {
    expect(pass('ana')).toEqual(['analyst']);
    expect(pass('ayt')).toEqual(['analyst']);
    expect(pass('  !  ')).toEqual(names);
  });
});
