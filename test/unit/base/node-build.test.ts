import { expect, it } from 'vitest';
import { nodeFault } from '../../../src/base/index.js';

const addon = (calls: string) => () => Buffer.from(`\u007fELF…_ZN4node28${calls}EPN2v87IsolateEPFvPvES3_`);

it.each([
  ['24.21.0', 'RemoveEnvironmentCleanupHook', true],
  ['24.18.1', 'RemoveEnvironmentCleanupHook', true],
  ['24.21.0', 'AddEnvironmentCleanupHook', false],
  ['22.23.3', 'RemoveEnvironmentCleanupHook', false],
  ['26.1.0', 'RemoveEnvironmentCleanupHook', false],
])('Node %s with an addon that calls %s: refused %s', (version, calls, refused) => {
  expect(nodeFault(version, addon(calls)) !== null).toBe(refused);
});

it('names the versions that work', () => {
  expect(nodeFault('24.21.0', addon('RemoveEnvironmentCleanupHook'))).toMatchObject({
    exit: 1,
    message: expect.stringContaining('24.21.0'),
    hint: expect.stringContaining('20, 22 or 26'),
  });
});

it('says nothing where there is no addon', () => {
  expect(nodeFault('24.21.0', () => null)).toBeNull();
});

it('has nothing against the Node that these tests run on, or names why', () => {
  expect(nodeFault()?.message ?? 'fine').toMatch(/fine|compiled for Node/);
});
