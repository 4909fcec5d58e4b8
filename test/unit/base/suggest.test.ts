import { expect, it } from 'vitest';
import { suggest } from '../../../src/base/suggest.js';

it.each([
  ['apu', ['api', 'builder'], ['api']],
  ['buil', ['api', 'builder'], ['builder']],
  ['BUILDER', ['builder'], ['builder']],
  ['zzzzz', ['api', 'builder'], []],
  ['lst', ['list', 'show', 'report'], ['list']],
  ['rep', ['list', 'show', 'report'], ['report']],
  ['99', ['1', '2', '31', '98'], ['98']],
  ['x', ['a', 'b'], []],
  ['open', ['token'], []],
  ['mean', ['min'], []],
  ['nope', ['rss'], []],
  ['tsaks', ['tasks'], ['tasks']],
])('for %s of %j suggests %j', (word, known, meant) => {
  expect(suggest(word, known)).toEqual(meant);
});
