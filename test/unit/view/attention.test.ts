import { describe, expect, it } from 'vitest';
import type { AgentStatus, AgentWarning, NotificationLevel } from '../../../src/protocol/index.js';
import { agentsInNeed, evidenceOf, isUrgent, needOf, unwellServices } from '../../../src/view/index.js';

const NOW = Date.parse('2026-02-18T06:00:00Z');
const BROKEN: AgentWarning = { file: 'state.json', place: 'line 3', reason: 'not JSON' };

const agent = (id: string, status: AgentStatus, warnings: AgentWarning[] = []) => ({
  id,
  normalized_status: status,
  since: '2026-02-18T05:02:00Z',
  evidence: { file: 'state.json', field: 'status', value: status },
  warnings,
});

describe('an agent needs a person', () => {
  it.each([
    ['error', false, true],
    ['waiting', false, true],
    ['stale', false, true],
    ['idle', true, true],
    ['unknown', true, true],
    ['busy', false, false],
    ['active', false, false],
    ['offline', false, false],
  ] as const)('%s, with broken files %s: %s', (status, broken, needs) => {
    expect(agentsInNeed([agent('a', status, broken ? [BROKEN] : [])])).toHaveLength(needs ? 1 : 0);
  });

  it('the loudest first', () => {
    const agents = [
      agent('e', 'idle', [BROKEN]),
      agent('d', 'stale'),
      agent('c', 'waiting'),
      agent('b', 'error'),
      agent('a', 'error'),
    ];
    expect(agentsInNeed(agents).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('and it is said why, and since when', () => {
    expect(needOf(agent('a', 'error'), NOW, 'UTC')).toEqual({
      sign: null,
      why: 'error since 05:02 (58m) · evidence: state.json status="error"',
    });
    expect(needOf({ ...agent('a', 'waiting'), waiting_for: 'approve the release' }, NOW, 'UTC').why).toBe(
      'approve the release · waiting since 05:02 (58m) · evidence: state.json status="waiting"',
    );
    // A server of before does not say what for.
    expect(needOf(agent('a', 'waiting'), NOW, 'UTC').why).toMatch(/^waiting since 05:02/);
    const { sign, why } = needOf({ ...agent('a', 'idle', [BROKEN]), since: null, evidence: null }, NOW, 'UTC');
    expect([sign?.glyph, why]).toEqual(['⚠', 'state.json: not JSON · idle · evidence: none']);
  });
});

describe('evidence', () => {
  it.each([
    [{ file: 'state.json', field: 'status', value: 'busy' }, 'state.json status="busy"'],
    [{ file: 'HEARTBEAT.md', field: null, value: null }, 'HEARTBEAT.md'],
    [null, null],
  ])('%j is told as %s', (evidence, text) => {
    expect(evidenceOf({ evidence })).toBe(text);
  });
});

describe('a notification is urgent', () => {
  it.each([
    ['info', null, false],
    ['success', null, false],
    ['warning', null, true],
    ['error', null, true],
    ['critical', null, true],
    ['critical', '2026-02-18T05:00:00Z', false],
  ] as [NotificationLevel, string | null, boolean][])('%s, acknowledged at %s: %s', (level, at, urgent) => {
    expect(isUrgent({ level, acknowledged_at: at })).toBe(urgent);
  });
});

describe('services', () => {
  it('that are not well are named with what is said of them', () => {
    const services = { api: 'running', websocket: 'available', watcher: 'polls: out of watches' };
    expect(unwellServices(services)).toEqual([{ service: 'watcher', state: 'polls: out of watches' }]);
  });
});
