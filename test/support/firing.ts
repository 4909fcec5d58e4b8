import type { Alert } from '../../src/protocol/index.js';

/** A time that tests of alerts stand in. */
export const FIRED_AT = Date.UTC(2026, 10, 28, 12, 0, 0);

/** An alert that fires, as far as a test does not say otherwise. */
export function firingAlert(changes: Partial<Alert> = {}): Alert {
  const { rule = 'agent_error', agent = 'web-1', since = new Date(FIRED_AT).toISOString() } = changes;
  return {
    id: `${rule}|${agent ?? ''}|host-1|${since}`,
    rule,
    severity: 'error',
    state: 'firing',
    agent,
    since,
    fired_at: since,
    resolved_at: null,
    updated_at: null,
    summary: `${agent} is in error`,
    evidence: `agents/${agent}/state.json: status "error"`,
    value: null,
    limit: null,
    unit: null,
    acknowledged_at: null,
    silenced_until: null,
    muted: false,
    ...changes,
  };
}
