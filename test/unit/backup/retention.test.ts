import { array, assert, boolean, constantFrom, integer, nat, property, record } from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import { planRetention, type RetentionPolicy } from '../../../src/backup/retention.js';
import { holdDeletions } from '../../../src/backup/scheduled.js';
import type { Backup } from '../../../src/protocol/index.js';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const DAY = 86_400_000;
const NONE: RetentionPolicy = {
  keepWithin: 0,
  keepLast: 0,
  keepDaily: 0,
  keepWeekly: 0,
  keepMonthly: 0,
  foreign: false,
};
const RUNS = 100 * Number(process.env.MC_TEST_RUNS ?? 1);

function backup(daysAgo: number, changes: Partial<Backup> = {}): Backup {
  const timestamp = new Date(NOW - daysAgo * DAY).toISOString();
  return {
    id: `${changes.agent ?? ''}${timestamp}`,
    timestamp,
    path: '',
    size_bytes: 1,
    size_human: '',
    file_count: 1,
    checksum: '',
    backup_type: changes.agent ? 'agent_state' : 'full',
    compressed: true,
    agent: null,
    label: null,
    safety: false,
    verified_at: timestamp,
    verify_error: null,
    duration_ms: 1,
    partial: false,
    holds_at: null,
    origin: 'own',
    ...changes,
  };
}

const kept = (backups: Backup[], policy: Partial<RetentionPolicy>) =>
  planRetention(backups, { ...NONE, ...policy }, NOW).flatMap((decision, index) => (decision.keep ? [index] : []));

describe('the retention', () => {
  const ages = [40, 20, 10, 8, 6, 2, 1].map((days) => backup(days));

  it('keeps what is young or among the last, whichever wants it', () => {
    expect(kept(ages, { keepWithin: 6 * DAY, keepLast: 3 })).toEqual([4, 5, 6]);
    expect(kept(ages, { keepWithin: 6 * DAY, keepLast: 5 })).toEqual([2, 3, 4, 5, 6]);
    expect(kept(ages, { keepWithin: 14 * DAY, keepLast: 1 })).toEqual([2, 3, 4, 5, 6]);
  });

  it('counts per type and agent', () => {
    const mixed = [
      backup(9),
      backup(8),
      backup(9, { agent: 'api' }),
      backup(8, { agent: 'api' }),
      backup(9, { agent: 'builder' }),
    ];
    expect(kept(mixed, { keepLast: 1 })).toEqual([1, 3, 4]);
  });

  it('keeps the newest verified one, though newer ones are not verified or damaged', () => {
    const backups = [
      backup(30),
      backup(20),
      backup(10, { verified_at: null }),
      backup(5, { verified_at: null, verify_error: 'cut' }),
    ];
    expect(kept(backups, {})).toEqual([1, 2]);
  });

  it('never lets partial, damaged, safety or future ones push the last complete one out', () => {
    const complete = Array.from({ length: 6 }, (_, index) => backup(10.5 - index * 0.3));
    const partial = Array.from({ length: 34 }, (_, index) => backup(8.5 - index * 0.25, { partial: true }));
    const safety = Array.from({ length: 4 }, (_, index) => backup(0.2 - index * 0.01, { safety: true }));
    const future = [backup(-700), backup(-701)];
    const all = [...complete, ...partial, ...safety, ...future];
    const left = kept(all, { keepWithin: 7 * DAY, keepLast: 3 });
    expect(left).toEqual(expect.arrayContaining([3, 4, 5]));
    expect(kept(all, {})).toEqual([5, 39, 44, 45]);
    expect(kept([...complete.slice(0, 1), ...safety], {})).toEqual([0]);
    expect(kept([backup(3, { partial: true }), ...safety], {})).toEqual([0, 4]);
  });

  it('counts the time to keep from the newest one, so that a clock that is ahead ages nothing by itself', () => {
    const old = [400, 398, 396].map((days) => backup(days));
    expect(kept(old, { keepWithin: 3 * DAY, keepLast: 1 })).toEqual([1, 2]);
    const asOf = planRetention(old, { ...NONE, keepWithin: 3 * DAY, keepLast: 1 }, NOW, { asOf: NOW });
    expect(asOf.map(({ keep }) => keep)).toEqual([false, false, true]);
  });

  it('lets imports take the place of none of our own', () => {
    const backups = [backup(9), backup(8), backup(2, { origin: 'imported' }), backup(1, { origin: 'imported' })];
    expect(kept(backups, { keepLast: 2 })).toEqual([0, 1, 2, 3]);
    expect(kept(backups, { keepLast: 1, foreign: true })).toEqual([1, 3]);
  });

  it('keeps the newest of days, weeks and months', () => {
    const hours = Array.from({ length: 60 }, (_, index) => backup(index));
    expect(kept(hours, { keepDaily: 3 })).toEqual([0, 1, 2]);
    expect(kept(hours, { keepWeekly: 2 })).toEqual([0, 1]);
    expect(kept(hours, { keepMonthly: 2 })).toEqual([0, 23]);
  });

  it('lets old and imported ones go only when asked', () => {
    const foreign = [backup(300, { origin: 'old' }), backup(200, { origin: 'imported' }), backup(1)];
    expect(kept(foreign, { keepLast: 1 })).toEqual([0, 1, 2]);
    expect(kept(foreign, { keepLast: 1, foreign: true })).toEqual([2]);
  });

  it('keeps what comes from the future: the clock was set back', () => {
    expect(kept([backup(-10), backup(0), backup(5)], { keepWithin: DAY })).toEqual([0, 1]);
  });

  it('says why, each time', () => {
    const reasons = planRetention(ages, { ...NONE, keepWithin: 7 * DAY, keepLast: 1 }, NOW).map(({ reason }) => reason);
    expect(reasons.at(-1)).toBe('the newest verified of its kind');
    expect(reasons[4]).toBe('within the time to keep');
    expect(reasons[0]).toBe('older than 7d and not one of the last 1');
  });

  it('never deletes the last complete or the newest verified backup of a kind, whatever the policy', () => {
    const some = record({
      days: integer({ min: -3, max: 400 }),
      verified: constantFrom('yes', 'no', 'bad'),
      agent: constantFrom(null, 'api', 'b'),
      partial: boolean(),
      safety: boolean(),
      origin: constantFrom('own', 'old', 'imported'),
    });
    const policy = record({
      keepWithin: nat(30).map((days) => days * DAY),
      keepLast: nat(5),
      keepDaily: nat(3),
      keepWeekly: nat(2),
      keepMonthly: nat(2),
      foreign: boolean(),
    });
    assert(
      property(array(some, { minLength: 1, maxLength: 30 }), policy, (list, rules) => {
        const backups = list.map(({ days, verified, ...rest }, index) =>
          backup(days, {
            ...rest,
            id: `${index}`,
            ...(verified !== 'yes' && { verified_at: null }),
            ...(verified === 'bad' && { verify_error: 'x' }),
          }),
        );
        const decisions = planRetention(backups, rules, NOW);
        const left = backups.filter((_, index) => decisions[index]?.keep);
        for (const agent of [null, 'api', 'b']) {
          const isComplete = (one: Backup) => one.agent === agent && one.verify_error === null && !one.partial;
          if (backups.some(isComplete)) expect(left.some(isComplete)).toBe(true);
          const isOwn = (one: Backup) =>
            isComplete(one) && !one.safety && one.origin !== 'imported' && Date.parse(one.timestamp) <= NOW;
          for (const isWanted of [isOwn, (one: Backup) => isOwn(one) && one.verified_at !== null]) {
            const newest = Math.max(...backups.filter(isWanted).map((one) => Date.parse(one.timestamp)));
            if (!Number.isFinite(newest)) continue;
            expect(left.some((one) => isWanted(one) && Date.parse(one.timestamp) === newest)).toBe(true);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });
});

describe('deletions of the schedule', () => {
  const monotonicAt = (state: { up: number }) => () => state.up;

  it('wait while the clock is far ahead of the newest backup from before the start, for a day', () => {
    const state = { up: 0 };
    const clock = { at: NOW + 400 * DAY, now: () => clock.at };
    const held = holdDeletions(clock, monotonicAt(state));
    expect(held([backup(1), backup(2)])).toContain('ahead of the newest record');
    // What this process makes itself proves nothing.
    expect(held([backup(1), backup(-400)])).toContain('ahead of the newest record');
    state.up += DAY + 1;
    clock.at += DAY + 1;
    expect(held([backup(1)])).toBeNull();
  });

  it('wait after the clock was set while the server ran', () => {
    const state = { up: 0 };
    const clock = { at: NOW, now: () => clock.at };
    const held = holdDeletions(clock, monotonicAt(state));
    expect(held([backup(0.1)])).toBeNull();
    clock.at += 90 * DAY;
    state.up += 1000;
    expect(held([backup(0.1)])).toContain('the clock moved by 90 d');
  });

  it('go on when the newest one from ahead of the clock is all that is odd', () => {
    const held = holdDeletions({ now: () => NOW }, () => 0);
    expect(held([backup(0.1), backup(-700)])).toBeNull();
  });
});
