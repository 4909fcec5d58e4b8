import { describe, expect, it } from 'vitest';
import {
  type CheckedAgent,
  type CheckFacts,
  checkJunit,
  type CheckLimits,
  checkText,
  runChecks,
} from '../../../src/cli/check.js';
import { terminalOf } from '../../../src/cli/terminal.js';

const NOW = Date.UTC(2026, 2, 2);
const LIMITS: CheckLimits = {
  minHealth: 0.8,
  maxErrorRate: 0.1,
  maxBackupAge: 43_200_000,
  maxStale: 600_000,
  requireAgents: [],
};
const agent = (changes: Partial<CheckedAgent> = {}): CheckedAgent => ({
  id: 'api',
  normalized_status: 'busy',
  last_active: new Date(NOW - 5000).toISOString(),
  tasks_completed: 9,
  tasks_failed: 1,
  ...changes,
});
const facts = (changes: Partial<CheckFacts> = {}): CheckFacts => ({
  health: 0.9,
  agents: [agent()],
  backupAge: 60,
  ...changes,
});
const outcome = (changes: Partial<CheckFacts>, limits: Partial<CheckLimits> = {}) => {
  const { ok, checks } = runChecks(facts(changes), { ...LIMITS, ...limits }, NOW);
  return [ok, checks.filter((check) => !check.ok).map(({ name }) => name)];
};

describe('the checks', () => {
  it.each<[string, Partial<CheckFacts>, Partial<CheckLimits>, string[]]>([
    ['all well', {}, {}, []],
    ['health below its limit', { health: 0.79 }, {}, ['health']],
    ['health unknown', { health: null }, {}, ['health']],
    ['too many failed tasks', { agents: [agent({ tasks_failed: 2 })] }, {}, ['error_rate']],
    ['no task counted', { agents: [agent({ tasks_completed: null })] }, {}, []],
    ['an old backup', { backupAge: 43_201 }, {}, ['backup_age']],
    ['no backup', { backupAge: null }, {}, []],
    ['a silent agent', { agents: [agent({ last_active: new Date(NOW - 600_001).toISOString() })] }, {}, ['staleness']],
    [
      'a silent idle agent',
      { agents: [agent({ normalized_status: 'idle', last_active: new Date(0).toISOString() })] },
      {},
      [],
    ],
    ['no agent at all', { agents: [] }, {}, []],
    ['a required agent that is there', {}, { requireAgents: ['api'] }, []],
    ['one that is not', {}, { requireAgents: ['api', 'tester'] }, ['agent:tester']],
    ['one in error', { agents: [agent({ normalized_status: 'error' })] }, { requireAgents: ['api'] }, ['agent:api']],
  ])('with %s', (_, changes, limits, failing) => {
    expect(outcome(changes, limits)).toEqual([failing.length === 0, failing]);
  });

  it('are one line each, with figure and limit', () => {
    const answer = runChecks(facts({ health: 0.5 }), LIMITS, NOW);
    const terminal = terminalOf({}, { LANG: 'C.UTF-8' });
    expect(checkText(answer, terminal).split('\n')).toEqual([
      '✗ health      0.5 (at least 0.8)',
      '✓ error_rate  0.1, 1 of 10 tasks failed (at most 0.1)',
      '✓ backup_age  1m old (at most 12h)',
      '✓ staleness   api silent for 5s (at most 10m)',
    ]);
    expect(checkText(answer, terminalOf({}, { TERM: 'dumb' }))).toMatch(/^x health/);
  });

  it('are JUnit XML that holds any name', () => {
    const xml = checkJunit(runChecks(facts(), { ...LIMITS, requireAgents: ['<"&>\u0007'] }, NOW));
    expect(xml).toContain('tests="5" failures="1"');
    expect(xml).toContain('name="agent:&lt;&quot;&amp;&gt;\ufffd"');
    expect(xml.match(/<testcase /g)).toHaveLength(5);
  });
});
