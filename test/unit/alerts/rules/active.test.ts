import { describe, expect, it } from 'vitest';
import { activeRules, BUILTIN_RULES } from '../../../../src/alerts/rules/index.js';
import { listMetrics } from '../../../../src/protocol/index.js';
import { agentsOf, judge, worldOf } from '../world.js';

const rulesOf = (content: { rules?: unknown; builtin?: unknown }) =>
  activeRules(BUILTIN_RULES, { rules: undefined, builtin: undefined, ...content }, 'alerts.json');
const named = (content: Parameters<typeof rulesOf>[0], name: string) =>
  rulesOf(content).find((rule) => rule.name === name) as ReturnType<typeof rulesOf>[number];

const OWN = { name: 'cheap', metric: 'cpu_usage', op: '>', value: 90, for: '5m', severity: 'critical' };

describe('the built-in rules', () => {
  it('are all in force where nothing is said, each under its own name', () => {
    const rules = rulesOf({});
    expect(rules.length).toBe(BUILTIN_RULES.length);
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    expect(rules.every(({ enabled, muted, source }) => enabled && !muted && source === 'builtin')).toBe(true);
  });

  it('are switched, tuned and muted', () => {
    const builtin = {
      disk_low: { limit: 5, for: '2m', severity: 'error', muted: true },
      health_score: { enabled: false },
    };
    expect(named({ builtin }, 'disk_low')).toMatchObject({ limit: 5, forMs: 120_000, severity: 'error', muted: true });
    expect(named({ builtin }, 'health_score').enabled).toBe(false);
  });
});

describe('a rule of the user', () => {
  it('judges a metric of each agent, and says nothing of one that was not measured', () => {
    const rule = named({ rules: [OWN] }, 'cheap');
    expect(rule).toMatchObject({ source: 'user', forMs: 300_000, severity: 'critical', limit: 90, unit: 'percent' });
    const agents = agentsOf({ id: 'a' }, { id: 'b' }, { id: 'c' });
    const rows = new Map([
      ['a', { cpu_usage: 95 }],
      ['b', { cpu_usage: 5 }],
      ['c', { cpu_usage: null }],
    ]);
    const { found, unknown } = judge(rule, worldOf({ agents, samples: { system: null, agents: rows } }));
    expect(found).toEqual([
      { agent: 'a', value: 95, summary: 'a: cpu_usage is 95 percent', evidence: 'cpu_usage 95 > 90 percent' },
    ]);
    expect(unknown).toEqual(['c']);
    expect(judge(rule, worldOf({ samples: null })).unknown).toEqual([null]);
  });

  it('may name one agent', () => {
    const rule = named({ rules: [{ ...OWN, agent: 'b' }] }, 'cheap');
    const rows = new Map(['a', 'b'].map((id) => [id, { cpu_usage: 95 }]));
    const agents = agentsOf({ id: 'a' }, { id: 'b' });
    const { found } = judge(rule, worldOf({ agents, samples: { system: null, agents: rows } }));
    expect(found.map(({ agent }) => agent)).toEqual(['b']);
  });

  it.each([
    ['>', 2, 1],
    ['>=', 2, 2],
    ['<', 1, 2],
    ['<=', 2, 2],
    ['==', 2, 2],
    ['!=', 1, 2],
  ])('compares by %s', (op, figure, value) => {
    const rule = named({ rules: [{ name: 'x', metric: 'ws_clients', op, value }] }, 'x');
    const at = (ws_clients: number) => judge(rule, worldOf({ samples: { agents: new Map(), system: { ws_clients } } }));
    expect(at(figure).found).toMatchObject([{ agent: null, value: figure }]);
    expect([0, 1, 2, 3].filter((other) => at(other).found.length === 0)).not.toEqual([]);
  });

  it('is possible over every metric there is', () => {
    const all = [...listMetrics('agent'), ...listMetrics('system')];
    const rules = all.map(({ name }) => ({ name: `own_${name}`, metric: name, op: '>', value: 1 }));
    expect(rulesOf({ rules }).length).toBe(BUILTIN_RULES.length + all.length);
  });
});

describe('what is wrong in the file', () => {
  it.each([
    [{ rules: {} }, 'rules: is not a list', 'write ['],
    [{ rules: ['x'] }, 'rules[0]: is not an object', ''],
    [{ rules: [{ ...OWN, metrik: 1 }] }, 'rules[0]: there is no key "metrik"', 'did you mean "metric"?'],
    [
      { rules: [{ ...OWN, metric: 'cpu_usag' }] },
      'rules[0].metric: there is no metric "cpu_usag"',
      'did you mean "cpu_usage"?',
    ],
    [{ rules: [{ ...OWN, op: '=>' }] }, 'rules[0].op: "=>" is not a comparison', 'accepted are >'],
    [{ rules: [{ ...OWN, value: '90' }] }, 'rules[0].value: "90" is not a number', ''],
    [{ rules: [{ ...OWN, for: 'soon' }] }, 'rules[0].for: "soon" is not a duration', 'write it as'],
    [{ rules: [{ ...OWN, severity: 'loud' }] }, 'rules[0].severity: "loud" is not a severity', 'accepted are info'],
    [{ rules: [{ ...OWN, name: 'Big Name' }] }, 'rules[0].name: "Big Name" is not a name for a rule', 'small letters'],
    [{ rules: [{ ...OWN, name: 'history' }] }, 'rules[0].name: "history" is not a name for a rule', 'not history'],
    [
      { rules: [{ ...OWN, metric: 'ws_clients', agent: 'a' }] },
      'rules[0].agent: ws_clients is a figure of the system',
      'leave the agent out',
    ],
    [{ rules: [OWN, OWN] }, 'rules: two rules are called "cheap"', 'another name'],
    [{ rules: [{ ...OWN, name: 'disk_low' }] }, 'rules: two rules are called "disk_low"', 'tune the built-in one'],
    [{ builtin: [] }, 'builtin: is not an object', ''],
    [{ builtin: { disk_lo: {} } }, 'builtin: there is no built-in rule "disk_lo"', 'did you mean "disk_low"?'],
    [{ builtin: { disk_low: { limits: 1 } } }, 'builtin.disk_low: there is no key "limits"', 'did you mean "limit"?'],
    [{ builtin: { agent_error: { limit: 1 } } }, 'builtin.agent_error.limit: this rule judges no figure', 'remove it'],
    [{ builtin: { agent_error: { muted: 'yes' } } }, 'builtin.agent_error.muted: "yes" is not true or false', ''],
  ])('%j', (content, message, hint) => {
    const refusal = () => rulesOf(content);
    expect(refusal).toThrow(`alerts.json: ${message}`);
    try {
      refusal();
    } catch (error) {
      expect((error as { hint: string }).hint).toContain(hint);
    }
  });
});
