import { expect, it } from 'vitest';
import { watcherDown } from '../../../../src/alerts/rules/watcher-down.js';
import { factsOf, judge, worldOf } from '../world.js';

it('holds when the watcher says that it is not available', () => {
  const watcher = { state: 'the workspace is gone', mode: 'native' as const, reason: null, wanted: false };
  expect(judge(watcherDown, worldOf({ facts: factsOf({ watcher }) })).found).toMatchObject([
    { agent: null, evidence: 'the watcher says: the workspace is gone' },
  ]);
  expect(judge(watcherDown, worldOf()).found).toEqual([]);
  expect(judge(watcherDown, worldOf({ facts: factsOf({ watcher: null }) })).unknown).toEqual([null]);
});
