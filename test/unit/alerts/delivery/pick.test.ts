import { describe, expect, it } from 'vitest';
import type { Waiting } from '../../../../src/alerts/delivery/outbox.js';
import { pick } from '../../../../src/alerts/delivery/pick.js';

const NOW = Date.parse('2026-11-28T12:00:00.000Z');

/** Messages of which the first was queued so long ago, the others evenly up to the last. */
function queued(count: number, firstAgo: number, lastAgo: number): Waiting[] {
  return Array.from({ length: count }, (_, at) => {
    const ago = Math.round(firstAgo + ((lastAgo - firstAgo) * at) / (count - 1));
    return {
      id: at + 1,
      alert: `agent_error|a${at}|host|since`,
      rule: 'agent_error',
      severity: 'error',
      target: 'ops',
      kind: 'firing',
      state: 'waiting',
      attempts: 0,
      queued_at: NOW - ago,
      first_at: null,
      next_at: NOW - ago,
      batch: null,
    };
  });
}

const picked = (rows: Waiting[], digestLately = false) =>
  pick(rows, { now: NOW, quiet: false, sentLately: 0, digestLately, groups: true });

describe('a burst', () => {
  it('is waited for while more comes, and then is one message', () => {
    expect(picked(queued(200, 900, 100))).toMatchObject({ rows: [], waitMs: 1900 });
    expect(picked(queued(1000, 2900, 2000))).toMatchObject({ digest: true, waitMs: null });
    expect(picked(queued(1000, 2900, 2000)).rows).toHaveLength(1000);
  });

  it('that does not end leaves after ten seconds all the same', () => {
    expect(picked(queued(500, 9500, 0))).toMatchObject({ rows: [], waitMs: 500 });
    expect(picked(queued(500, 10_000, 0)).rows).toHaveLength(500);
  });

  it('is not waited for when the clock was set back', () => {
    const twoHours = 2 * 3_600_000;
    expect(picked(queued(100, -twoHours, -twoHours)).rows).toHaveLength(100);
  });

  it('waits for its minute after another digest', () => {
    expect(picked(queued(100, 5000, 4000), true)).toMatchObject({ rows: [], waitMs: 1000 });
  });
});
