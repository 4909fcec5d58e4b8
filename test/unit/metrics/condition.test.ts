import { describe, expect, it } from 'vitest';
import {
  type Condition,
  type Happening,
  healthOf,
  isOpen,
  mayOpen,
  next,
  OFF,
  reasonAway,
  writingOf,
} from '../../../src/metrics/condition.js';

const OPEN: Happening = { it: 'opened' };
const AWAY: Happening = { it: 'unavailable', reason: 'no such directory' };
const FULL: Happening = { it: 'disk full', at: 100, now: Date.UTC(2026, 2, 2) };
const FAILED: Happening = { it: 'write failed', reason: 'odd' };
const WRITTEN: Happening = { it: 'written' };
const RESTORE: Happening = { it: 'restore begun' };
const RESTORED: Happening = { it: 'restore ended' };
const STOP: Happening = { it: 'stopped' };
const HELD = (at: number): Happening => ({ it: 'held', at, now: at });

function after(...happenings: Happening[]): Condition {
  return happenings.reduce(next, OFF);
}

describe('the condition of the metrics service', () => {
  const table: [what: string, happenings: Happening[], is: Condition['is'], writing: string, open: boolean][] = [
    ['is off before the start', [], 'off', 'running', false],
    ['runs once it is open', [OPEN], 'running', 'running', true],
    ['is unavailable when it cannot be opened', [AWAY], 'unavailable', 'running', false],
    ['runs when it could be opened later', [AWAY, AWAY, OPEN], 'running', 'running', true],
    ['bears another program for a while', [OPEN, HELD(0), HELD(4999)], 'running', 'running', true],
    ['is paused when that lasts', [OPEN, HELD(0), HELD(5000)], 'paused', 'paused', true],
    ['counts from the beginning again after a write', [OPEN, HELD(0), WRITTEN, HELD(5000)], 'running', 'running', true],
    ['is paused by a full disk at once', [OPEN, FULL], 'paused', 'paused', true],
    ['stays paused whatever fails then', [OPEN, FULL, FAILED, HELD(0), HELD(9999)], 'paused', 'paused', true],
    ['fails when a write did', [OPEN, FAILED], 'failing', 'failing', true],
    ['is paused when the disk is full as well', [OPEN, FAILED, FULL], 'paused', 'paused', true],
    ['runs after a write', [OPEN, FULL, WRITTEN], 'running', 'running', true],
    ['runs after a write that followed a failure', [OPEN, FAILED, WRITTEN], 'running', 'running', true],
    ['is still paused after another file was opened', [OPEN, FULL, AWAY, OPEN], 'paused', 'paused', true],
    ['is restoring', [OPEN, RESTORE], 'restoring', 'running', false],
    ['is not opened in the middle of a restore', [OPEN, RESTORE, OPEN], 'restoring', 'running', false],
    ['is not unavailable in the middle of a restore', [OPEN, RESTORE, AWAY], 'restoring', 'running', false],
    ['takes what was still written at that time', [OPEN, FULL, RESTORE, WRITTEN], 'restoring', 'running', false],
    ['has to be opened after a restore', [OPEN, RESTORE, RESTORED], 'unavailable', 'running', false],
    ['runs after a restore', [OPEN, RESTORE, RESTORED, OPEN], 'running', 'running', true],
    ['is still paused after a restore', [OPEN, FULL, RESTORE, RESTORED, OPEN], 'paused', 'paused', true],
    ['knows no end without a beginning', [OPEN, RESTORED], 'running', 'running', true],
    ['writes the rest when it stops', [OPEN, STOP, HELD(0)], 'stopped', 'running', true],
    ['has nothing to write when it stops away', [AWAY, STOP], 'stopped', 'running', false],
    ['stops in the middle of a restore', [OPEN, RESTORE, STOP, RESTORED, OPEN], 'stopped', 'running', false],
    ['never begins again', [OPEN, STOP, AWAY, OPEN, RESTORE, STOP], 'stopped', 'running', true],
    ['is used on where its file was lost', [OPEN, AWAY, { it: 'lost' }], 'running', 'running', true],
    ['is not lost while it is open', [OPEN, { it: 'lost' }], 'running', 'running', true],
  ];

  it.each(table)('%s', (_what, happenings, is, writing, open) => {
    const condition = after(...happenings);
    expect({ is: condition.is, writing: writingOf(condition).is, open: isOpen(condition) }).toEqual({
      is,
      writing,
      open,
    });
  });

  it('is changed by no happening in place', () => {
    for (const [, happenings] of table) {
      let condition = Object.freeze(OFF);
      for (const happening of happenings) condition = Object.freeze(next(condition, happening));
    }
    expect(OFF).toMatchObject({ is: 'off', setAside: null, lost: null, heldSince: null, ranAt: null });
  });

  it('may be opened but during a restore and after the end', () => {
    expect([OFF, after(OPEN), after(AWAY)].map(mayOpen)).toEqual([true, true, true]);
    expect([after(OPEN, RESTORE), after(OPEN, STOP)].map(mayOpen)).toEqual([false, false]);
  });
});

describe('the health of the metrics service', () => {
  const ran: Happening = { it: 'collected', at: 0 };
  const aside: Happening = { it: 'set aside', reason: 'damaged' };
  const table: [health: string, happenings: Happening[], at?: number][] = [
    ['the metrics service has not started', []],
    ['available', [OPEN]],
    ['available', [OPEN, ran], 150_000],
    ['no collection for 151 s', [OPEN, ran], 151_000],
    ['no such directory', [AWAY]],
    ['no such directory', [OPEN, FULL, aside, AWAY]],
    ['the database is being restored', [OPEN, RESTORE]],
    ['the database is being restored', [OPEN, RESTORE, RESTORED]],
    ['paused since 2026-03-02T00:00:00.000Z: the disk is full', [OPEN, aside, FULL]],
    ['paused since 1970-01-01T00:00:05.000Z: another program holds the metrics database', [OPEN, HELD(0), HELD(5000)]],
    ['the last collection failed: odd', [OPEN, aside, FAILED]],
    ['the database was damaged and set aside; a new one was begun', [OPEN, aside]],
    ['the database was removed, and cannot be written again: no such directory', [OPEN, FULL, AWAY, { it: 'lost' }]],
    ['available', [OPEN, AWAY, { it: 'lost' }, AWAY, OPEN, { it: 'found' }]],
    ['the metrics service has stopped', [OPEN, RESTORE, STOP]],
  ];

  it.each(table)('%s', (health, happenings, at = 0) => {
    expect(healthOf(after(...happenings), at, 60_000)).toBe(health);
  });

  it('names as the reason for a refusal what it tells', () => {
    for (const happenings of [[], [AWAY], [OPEN, RESTORE]]) {
      const condition = after(...happenings);
      expect(reasonAway(condition)).toBe(healthOf(condition, 0, 60_000));
    }
    expect(reasonAway(after(OPEN))).toBeNull();
  });
});
