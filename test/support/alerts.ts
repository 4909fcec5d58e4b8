import type { Alert } from '../../src/protocol/index.js';

/** An alert as it goes over the wire: `agent_error` about `api`, firing. */
export function alertOf(parts: Partial<Alert> = {}): Alert {
  const since = '2026-01-02T03:04:05.000Z';
  const agent = parts.agent === undefined ? 'api' : parts.agent;
  return {
    id: `agent_error|${agent ?? ''}|host|${since}`,
    rule: 'agent_error',
    severity: 'error',
    state: 'firing',
    agent,
    since,
    fired_at: since,
    resolved_at: null,
    summary: 'api is in error',
    evidence: 'state.json status: error',
    value: null,
    limit: null,
    unit: null,
    acknowledged_at: null,
    silenced_until: null,
    ...parts,
  };
}
