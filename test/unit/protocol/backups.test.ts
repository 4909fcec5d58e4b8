import { describe, expect, it } from 'vitest';
import { describeBackupUpdate, faultWord } from '../../../src/protocol/index.js';

describe('a step of backup work', () => {
  it.each([
    [{ id: 'full_1', state: 'completed', action: 'create' }, 'full_1 completed'],
    [{ id: 'full_1', state: 'completed' }, 'full_1 completed'],
    [{ id: 'full_1', state: 'failed', action: 'verify' }, 'full_1: verify failed'],
  ])('%j is told as %j', (update, words) => {
    expect(describeBackupUpdate(update)).toBe(words);
  });
});

describe('what a verification found', () => {
  it('is damage, unless nobody could look', () => {
    expect(faultWord('the bytes have changed')).toBe('damaged');
    expect(faultWord('cannot be read: EACCES: permission denied')).toBe('unreadable');
  });
});
