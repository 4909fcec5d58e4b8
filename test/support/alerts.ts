import type { Alert } from '../../src/protocol/index.js';

/** An alert as it goes over the wire: `agent_error` about `api`, firing. One of a rule that is not about agents has none. */
export function alertOf(parts: Partial<Alert> = {}): Alert {
  const { rule = 'agent_error', since = '2026-01-02T03:04:05.000Z' } = parts;
  const agent = parts.agent === undefined && rule.startsWith('agent_') ? 'api' : (parts.agent ?? null);
  return {
    id: `${rule}|${agent ?? ''}|host|${since}`,
    rule,
    severity: 'error',
    state: 'firing',
    agent,
    since,
    fired_at: since,
    resolved_at: null,
    updated_at: null,
    summary: `${agent ?? 'the server'} is in error`,
    evidence: 'state.json status: error',
    value: null,
    limit: null,
    unit: null,
    acknowledged_at: null,
    silenced_until: null,
    muted: false,
    ...parts,
  };
}
