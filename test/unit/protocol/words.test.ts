import * as fc from '../../support/property.js';
import { describe, expect, it } from 'vitest';
import {
  AGENT_STATUSES,
  agentOf,
  agentStatusData,
  countIdle,
  countStatuses,
  formatPosition,
  normalizeStatus,
  parsePosition,
  ROUTES,
  type RouteName,
  routePath,
  SETTABLE_STATUSES,
  STATUS_WORDS,
} from '../../../src/protocol/index.js';
import { agent, agentTask, worker } from '../state/readings.js';

const numRuns = 200 * Number(process.env['MC_TEST_RUNS'] ?? 1);

describe('positions', () => {
  it('are read as they are written', () => {
    const position = fc.record({
      epoch: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
      seq: fc.nat(Number.MAX_SAFE_INTEGER).filter((seq) => seq < 1e15),
    });
    fc.assert(
      fc.property(position, (given) => {
        expect(parsePosition(formatPosition(given))).toEqual(given);
      }),
      { numRuns },
    );
  });

  it('are null for junk, and never throw', () => {
    const junk = [
      '',
      ':',
      'e:',
      ':1',
      'e:-1',
      'e:1.5',
      'e:1e3',
      'e 1',
      'e:1:2',
      'é:1',
      ' e:1',
      'e:1\n',
      `${'e'.repeat(65)}:1`,
    ];
    expect(junk.map(parsePosition).filter((parsed) => parsed !== null)).toEqual([]);
    expect(parsePosition(`e:${'9'.repeat(16)}`)).toBeNull();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const parsed = parsePosition(text);
        if (parsed) expect(Number.isSafeInteger(parsed.seq)).toBe(true);
      }),
      { numRuns },
    );
  });
});

describe('routes', () => {
  it('encode what fills them, so that no id leaves its place', () => {
    expect(routePath('agents')).toBe('/api/agents');
    expect(routePath('agentReport', { id: '../etc/passwd?x#y' })).toBe('/api/agents/..%2Fetc%2Fpasswd%3Fx%23y/report');
    expect(routePath('agent')).toBe('/api/agents/');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (id) => {
        expect(decodeURIComponent(routePath('patchTask', { id }).slice('/api/tasks/'.length))).toBe(id);
        expect(routePath('patchTask', { id }).split('/')).toHaveLength(4);
      }),
      { numRuns },
    );
  });

  it('have no two names for one method and path', () => {
    const names = Object.keys(ROUTES) as RouteName[];
    expect(new Set(names.map((name) => `${ROUTES[name].method} ${ROUTES[name].path}`)).size).toBe(names.length);
  });
});

describe('agents', () => {
  it('are in an agent_status whole, and come out of it as they went in', () => {
    const full = worker('a', 0, {
      display_name: 'A',
      tasks: [agentTask('T')],
      current_tasks: ['T', { id: 1 }],
      warnings: [{ file: 'state.json', place: null, reason: 'r' }],
      state: [null, { deep: true }],
    });
    for (const one of [full, agent('b'), agent('c', { evidence: null, since: null, state: null })]) {
      const data = agentStatusData(one);
      expect(agentOf(data)).toEqual(one);
      expect(agentOf(JSON.parse(JSON.stringify(data)) as typeof data)).toEqual(one);
      expect(agentStatusData(agentOf(data))).toEqual(data);
    }
  });

  it('say their previous status only when it changed', () => {
    expect(agentStatusData(agent('a'))).not.toHaveProperty('previous');
    expect(agentStatusData(agent('a'), agent('a'))).not.toHaveProperty('previous');
    expect(agentStatusData(worker('a', 0), agent('a'))).toMatchObject({ status: 'busy', previous: 'idle' });
  });

  it('are counted under every status', () => {
    const counts = countStatuses([agent('a'), worker('b', 0), worker('c', 0)]);
    expect(counts).toMatchObject({ idle: 1, busy: 2, error: 0 });
    expect(Object.keys(counts).sort()).toEqual([...AGENT_STATUSES].sort());
  });

  it('that wait for a person count as idle where nothing else is known of them', () => {
    const counts = countStatuses([agent('a'), agent('b', { normalized_status: 'waiting' }), worker('c', 0)]);
    expect([counts.waiting, countIdle(counts)]).toEqual([1, 2]);
  });

  it('can be set to every status that an agent may say of itself, by a word that means it', () => {
    const said = AGENT_STATUSES.filter((status) => status !== 'stale' && status !== 'unknown');
    expect(SETTABLE_STATUSES.map(normalizeStatus)).toEqual(expect.arrayContaining(said));
    expect(SETTABLE_STATUSES).toHaveLength(said.length);
  });

  it('have known words for their status, in any spelling, and null for others', () => {
    for (const word of STATUS_WORDS) expect(AGENT_STATUSES).toContain(normalizeStatus(word));
    expect([' In Progress ', 'IN-PROGRESS', 'Operational'].map(normalizeStatus)).toEqual(['busy', 'busy', 'active']);
    const asking = ['waiting_for_user', 'Waiting for input', 'needs-input', 'NEEDS APPROVAL', 'awaiting_approval'];
    expect(asking.map(normalizeStatus)).toEqual(asking.map(() => 'waiting'));
    expect(normalizeStatus('waiting')).toBe('idle');
    expect(['', 'toString', '__proto__', 'sleeping'].map(normalizeStatus)).toEqual([null, null, null, null]);
  });
});
