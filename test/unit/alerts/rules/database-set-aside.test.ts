import { expect, it } from 'vitest';
import { databaseSetAside } from '../../../../src/alerts/rules/database-set-aside.js';
import { factsOf, judge, worldOf } from '../world.js';

it('holds once one was set aside', () => {
  const setAside = ['the metrics database was damaged', 'the database of alerts was damaged; it lies at /x'];
  expect(judge(databaseSetAside, worldOf({ facts: factsOf({ setAside }) })).found).toMatchObject([
    { agent: null, evidence: setAside.join('; ') },
  ]);
  expect(judge(databaseSetAside, worldOf()).found).toEqual([]);
});
