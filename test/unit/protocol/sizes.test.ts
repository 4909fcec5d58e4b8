import { describe, expect, it } from 'vitest';
import { oldSizeText, sizeText } from '../../../src/protocol/index.js';

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [396, '396 B'],
    [226_000, '226.0 kB'],
    [5_000_000, '5.0 MB'],
    [5e12, '5.0 TB'],
    [5e15, '5000.0 TB'],
  ])('of %i bytes reads %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });

  it.each([
    [396, '0.4 KB'],
    [226, '0.2 KB'],
    [5_000_000, '4.8 MB'],
    [3e9, '2.8 GB'],
    [5e12, '4.5 TB'],
  ])('of %i bytes reads %s where clients of the old system look', (bytes, text) => {
    expect(oldSizeText(bytes)).toBe(text);
  });
});
