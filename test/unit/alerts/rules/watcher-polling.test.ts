import { expect, it } from 'vitest';
import { watcherPolling } from '../../../../src/alerts/rules/watcher-polling.js';
import { factsOf, judge, worldOf } from '../world.js';

const at = (wanted: boolean, mode: 'polling' | 'native' = 'polling') =>
  judge(
    watcherPolling,
    worldOf({ facts: factsOf({ watcher: { state: 'available', mode, reason: 'too few watches', wanted } }) }),
  );

it('holds when nobody asked for polling', () => {
  expect(at(false).found).toMatchObject([{ agent: null, evidence: 'too few watches' }]);
  expect(at(true).found).toEqual([]);
  expect(at(false, 'native').found).toEqual([]);
  expect(judge(watcherPolling, worldOf({ facts: factsOf({ watcher: null }) })).unknown).toEqual([null]);
});
