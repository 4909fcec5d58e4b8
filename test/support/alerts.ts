import type { Alert } from '../../src/protocol/index.js';

/** An alert that fires, but for what the test names. */
export function alertOf(known: Partial<Alert> = {}): Alert {
  const { rule = 'agent_error', agent = null, since = '2026-02-17T13:00:00.000Z' } = known;
  return {
    id: `${rule}|${agent ?? ''}||${since}`,
    rule,
    severity: 'error',
    state: 'firing',
    agent,
    since,
    fired_at: since,
    resolved_at: null,
    summary: `${agent ?? 'the server'} is not well`,
    evidence: 'state.json status: error',
    value: null,
    limit: null,
    unit: null,
    acknowledged_at: null,
    silenced_until: null,
    ...known,
  };
}
