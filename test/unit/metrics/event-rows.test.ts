import { describe, expect, it } from 'vitest';
import { eventRow } from '../../../src/metrics/store/event-rows.js';
import type { Alert, McEvent } from '../../../src/protocol/index.js';
import { alertOf } from '../../support/alerts.js';

const AT = '2026-01-02T03:05:05.000Z';

describe('the log of events', () => {
  const kept = (data: Alert) => eventRow({ type: 'alert', seq: 1, timestamp: AT, data } as McEvent, false) !== null;

  it('keeps what becomes of an alert, not the figures that move while it fires', () => {
    const updated = alertOf({ updated_at: AT });
    expect(kept(alertOf())).toBe(true);
    expect(kept(updated)).toBe(false);
    expect(kept({ ...updated, updated_at: '2026-01-02T03:04:05.000Z', acknowledged_at: AT })).toBe(true);
    expect(kept({ ...updated, state: 'resolved', resolved_at: AT })).toBe(true);
  });
});
