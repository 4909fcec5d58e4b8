import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { rowId, rowIdExpression } from '../../../src/metrics/store/row-id.js';

describe('the identity of a sample', () => {
  it.each([
    [1_600_000_000_000, 0],
    [1_772_409_600_000, 1],
    [1_772_409_600_123, 4095],
    [3_786_912_000_000, 17],
    [0, 3],
  ])('is the same in SQL and here, for %d and %d', (t, key) => {
    const db = new Sqlite(':memory:');
    const sql = db.prepare(`SELECT ${rowIdExpression('t', 'key')} FROM (SELECT ? AS t, ? AS key)`).pluck();
    expect(sql.get(t, key)).toBe(rowId(t, key));
    expect(Number.isSafeInteger(rowId(t, key))).toBe(true);
    db.close();
  });

  it('grows with time', () => {
    expect(rowId(1_772_409_600_001, 0)).toBeGreaterThan(rowId(1_772_409_600_000, 4095));
  });
});
