import { describe, expect, it } from 'vitest';
import {
  bytes,
  figure,
  fullFigure,
  measuredFigure,
  percent,
  share,
  withoutUnit,
  withUnit,
} from '../../../src/view/index.js';

describe('a number', () => {
  it.each([
    [12, '12', '12', '12'],
    [0.126, '0.13', '0.13', '0.126'],
    [12.345, '12.35', '12.35', '12.345'],
    [123.4, '123', '123.4', '123.4'],
    [12_345, '12.3k', '12345', '12345'],
    [2_500_000, '2.5M', '2500000', '2500000'],
    [7e9, '7.0G', '7000000000', '7000000000'],
    [1 / 3, '0.33', '0.33', '0.333333'],
    [-12_345, '-12.3k', '-12345', '-12345'],
    [null, '–', '–', '–'],
    [undefined, '–', '–', '–'],
    [Number.NaN, '–', '–', '–'],
    [Number.POSITIVE_INFINITY, '–', '–', '–'],
  ])('%d is %s, in full %s, measured %s', (value, narrow, full, measured) => {
    expect([figure(value), fullFigure(value), measuredFigure(value)]).toEqual([narrow, full, measured]);
  });
});

describe('a share, a size and a value with its unit', () => {
  it.each([
    [share(0.917), '0.92'],
    [share(null), '–'],
    [percent(0.917), '92%'],
    [percent(null), '–'],
    [bytes(0), '0 B'],
    [bytes(999), '999 B'],
    [bytes(38_200_000), '38.2 MB'],
    [bytes(5e15), '5000.0 TB'],
    [bytes(null), '–'],
    [withUnit(90, 'seconds'), '1m 30s'],
    [withUnit(0.5, 'ratio'), '0.50'],
    [withUnit(null, 'x'), '–'],
    [withUnit(4, 'tasks'), '4 tasks'],
    [withUnit(4, ''), '4'],
    [withoutUnit(4, 'tasks'), '4'],
    [withoutUnit(2000, 'bytes'), '2.0 kB'],
  ])('%s is %s', (shown, expected) => {
    expect(shown).toBe(expected);
  });
});
