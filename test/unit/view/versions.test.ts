import { expect, it } from 'vitest';
import { isNewer, waitingVersion } from '../../../src/view/index.js';

it('versions are compared by their numbers', () => {
  expect(isNewer('0.10.0', '0.9.9')).toBe(true);
  expect(isNewer('1.0.0', '0.99.99')).toBe(true);
  expect(isNewer('0.9.9', '0.10.0')).toBe(false);
  expect(isNewer('1.0.0', 'what an impostor says')).toBe(false);
});

it('a version waits for a restart when it is newer than the one that runs, and known', () => {
  expect(waitingVersion({ version: '0.1.0', installed_version: '0.2.0' })).toBe('0.2.0');
  expect(waitingVersion({ version: '0.2.0', installed_version: '0.2.0' })).toBeNull();
  expect(waitingVersion({ version: '0.2.0', installed_version: '0.1.0' })).toBeNull();
  expect(waitingVersion({ version: '0.2.0', installed_version: null })).toBeNull();
  expect(waitingVersion({ version: '0.2.0' })).toBeNull();
});
