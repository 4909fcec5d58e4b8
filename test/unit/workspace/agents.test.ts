import * as fc from '../../support/property.js';
import { describe, expect, test } from 'vitest';
import { STATE_LIMIT_BYTES } from '../../../src/protocol/index.js';
import { type AgentFileName, type AgentFiles, noAgentFiles, readAgent } from '../../../src/workspace/index.js';
import { numRuns } from './runs.js';

const MTIME = Date.parse('2026-02-18T06:00:00Z');
const SINCE = '2026-02-18T06:00:00.000Z';

function file(content: unknown, mtimeMs = MTIME) {
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  return { bytes, mtimeMs, size: bytes.length };
}

function agentOf(contents: Partial<Record<AgentFileName, unknown>>, now?: number, more: Partial<AgentFiles> = {}) {
  const files: AgentFiles = { ...noAgentFiles(), ...more };
  for (const [name, content] of Object.entries(contents)) files.files[name as AgentFileName] = file(content);
  return readAgent('a1', files, now);
}

describe('status', () => {
  test.each([
    ['active', 'active'],
    ['operational', 'active'],
    ['In Progress', 'busy'],
    ['🟢 active', 'active'],
    ['standby', 'idle'],
    ['blocked', 'error'],
    ['needs_approval', 'waiting'],
    ['waiting', 'idle'],
    ['terminated', 'offline'],
    ['unknown', 'unknown'],
  ])('%s is %s', (word, normalized) => {
    const { agent } = agentOf({ 'state.json': { status: word } });
    expect(agent).toMatchObject({
      status: word,
      normalized_status: normalized,
      since: SINCE,
      evidence: { file: 'state.json', field: 'status', value: word },
      warnings: [],
    });
  });

  test.each<[string, unknown, string | null]>([
    ['a text', { waiting_for: 'approve the release', message: 'hello' }, 'approve the release'],
    ['the next field that says something', { waiting_for: ' ', message: null, blocked_on: 'the key' }, 'the key'],
    ['a list of texts', { waiting_for: ['a', 'b', 'c', 'd', 'e'] }, 'a, b, c and 2 more'],
    ['many lines', { message: `first\n\tsecond ${'x'.repeat(5_000_000)}` }, `first second ${'x'.repeat(186)}…`],
    ['nothing', {}, null],
  ])('of an agent that waits says what for: %s', (_, said, waiting_for) => {
    const { agent } = agentOf({ 'state.json': { status: 'needs_input', ...(said as object) } });
    expect(agent).toMatchObject({ normalized_status: 'waiting', waiting_for, warnings: [] });
  });

  test.each([[{ deep: true }], [5], [[1]]])('%j is not what an agent waits for, and that is said', (value) => {
    const { agent } = agentOf({ 'state.json': { status: 'needs_input', waiting_for: value, message: 'the key' } });
    expect(agent.waiting_for).toBe('the key');
    expect(agent.warnings).toMatchObject([{ file: 'state.json', place: 'waiting_for' }]);
  });

  test('of an agent that does not wait asks nobody what for', () => {
    const { agent } = agentOf({ 'state.json': { status: 'busy', waiting_for: 5, message: 'at work' } });
    expect(agent).toMatchObject({ waiting_for: null, warnings: [] });
  });

  test.each(['dancing', 'stale'])('%s is told as it is, with a warning', (word) => {
    const { agent } = agentOf({ 'state.json': { status: word } });
    expect(agent).toMatchObject({
      status: word,
      normalized_status: 'unknown',
      warnings: [{ file: 'state.json', place: 'status', reason: `"${word}" is not a status that mc knows` }],
    });
  });

  test.each([
    [5, 'expected a word, found a number'],
    [null, 'expected a word, found null'],
    [['active'], 'expected a word, found a list'],
    ['', 'the status is empty'],
  ])('%j is no status, and agent.json is asked', (status, reason) => {
    const { agent } = agentOf({ 'state.json': { status }, 'agent.json': { status: 'busy' } });
    expect(agent).toMatchObject({
      normalized_status: 'busy',
      evidence: { file: 'agent.json', field: 'status', value: 'busy' },
      warnings: [{ file: 'state.json', place: 'status', reason }],
    });
  });

  test("state.json's word comes before agent.json's; a heartbeat's prose is none", () => {
    expect(agentOf({ 'state.json': { status: 'idle' }, 'agent.json': { status: 'busy' } }).agent.status).toBe('idle');
    const { agent } = agentOf({ 'HEARTBEAT.md': 'System Status: ACTIVE' });
    expect(agent).toMatchObject({
      status: 'unknown',
      normalized_status: 'unknown',
      since: null,
      evidence: null,
      last_active: SINCE,
    });
  });
});

describe('state.json', () => {
  test('form (b): a current task, projects and stats', () => {
    const { agent } = agentOf({
      'state.json': {
        current_task: { description: 'Design', assigned_by: 'lead', priority: 'high' },
        active_projects: [{ id: 'p', name: 'Dash', status: 'in_progress', started: '2026-02-17T08:46:00+08:00' }, 7],
        stats: { tasksCompleted: 7, tasksFailed: '1' },
        heartbeat_interval: 60,
      },
    });
    expect(agent.current_tasks).toEqual([{ description: 'Design', assigned_by: 'lead', priority: 'high' }]);
    expect(agent.tasks).toEqual([
      { source: 'state.json', id: null, title: 'Design', status: null, started_at: null, priority: 'P1' },
      {
        source: 'state.json',
        id: 'p',
        title: 'Dash',
        status: 'in_progress',
        started_at: '2026-02-17T00:46:00.000Z',
        priority: null,
      },
    ]);
    expect(agent.counters).toMatchObject({ tasks_completed: 7, tasks_failed: 1 });
    expect(agent.heartbeat_interval).toBe(60);
    expect(agent.warnings).toEqual([
      { file: 'state.json', place: 'stats.tasksFailed', reason: 'expected a number, found the text "1": read as 1' },
    ]);
  });

  test.each([
    [null, 'expected a number, found null', null],
    ['x', 'expected a number, found the text "x"', null],
    [-1, 'expected a number from 0 up, found -1', null],
    [{}, 'expected a number, found an object', null],
    ['2', 'expected a number, found the text "2": read as 2', 2],
  ])('a counter %j is a warning on its field', (value, reason, read) => {
    const { agent } = agentOf({ 'state.json': { tasks_failed: value } });
    expect(agent.counters.tasks_failed).toBe(read);
    expect(agent.warnings).toEqual([{ file: 'state.json', place: 'tasks_failed', reason }]);
  });

  test('free-form metrics say what they can and are no reason to warn', () => {
    const { agent } = agentOf({ 'state.json': { metrics: { memoryUsage: 'unknown', cpuUsage: 12 } } });
    expect(agent.counters).toMatchObject({ memory_usage: null, cpu_usage: 12 });
    expect(agent.warnings).toEqual([]);
  });

  test.each([
    ['one', ['one'], ['expected a list, found a string']],
    [{ id: 'x' }, [{ id: 'x' }], ['expected a list, found an object']],
    [3, [], ['expected a list, found a number']],
    [null, [], ['expected a list, found null']],
  ])('current_tasks %j', (value, read, reasons) => {
    const { agent } = agentOf({ 'state.json': { current_tasks: value } });
    expect(agent.current_tasks).toEqual(read);
    expect(agent.warnings.map(({ reason }) => reason)).toEqual(reasons);
  });

  test('a current_task that is none, and one of the wrong type', () => {
    expect(agentOf({ 'state.json': { current_task: null } }).agent).toMatchObject({ current_tasks: [], warnings: [] });
    expect(agentOf({ 'state.json': { current_task: 4 } }).agent.warnings).toEqual([
      { file: 'state.json', place: 'current_task', reason: 'expected a task, found a number' },
    ]);
  });

  test('a flood of current tasks is told with the first ones', () => {
    const { agent } = agentOf({ 'state.json': { current_tasks: Array.from({ length: 1000 }, (_, n) => `t${n}`) } });
    expect(agent.current_tasks).toHaveLength(200);
    expect(agent.warnings[0]?.reason).toBe('1000 tasks, only the first 200 are shown');
  });

  test('broken JSON is broken; a list is a state of the wrong type', () => {
    const half = agentOf({ 'state.json': '{"status": "wor' });
    const warning = {
      file: 'state.json',
      place: 'line 1, column 16',
      reason: 'the JSON ends in the middle (inside a string)',
    };
    expect(half.broken).toEqual(warning);
    expect(half.agent).toMatchObject({ state: null, normalized_status: 'unknown', warnings: [warning] });
    const list = agentOf({ 'state.json': [1, 2] });
    expect(list.broken).toBeNull();
    expect(list.agent).toMatchObject({
      state: [1, 2],
      warnings: [{ place: null, reason: 'expected an object, found a list' }],
    });
  });

  test('a refused file is broken with its reason', () => {
    const files = noAgentFiles();
    files.files['state.json'] = { refused: 'is a directory', mtimeMs: MTIME };
    files.files['agent.json'] = { refused: 'permission denied', mtimeMs: null };
    files.files['SOUL.md'] = { refused: 'is a FIFO', mtimeMs: null };
    const { broken, agent } = readAgent('a1', files);
    expect(broken).toEqual({ file: 'state.json', place: null, reason: 'is a directory' });
    expect(agent.warnings).toHaveLength(3);
    expect(agent.name).toBe('a1');
  });

  test('a state too large for a frame is stood in for, its fields are read', () => {
    const { agent } = agentOf({ 'state.json': { status: 'busy', log: 'x'.repeat(STATE_LIMIT_BYTES) } });
    expect(agent.state).toEqual({ $truncated: true, bytes: STATE_LIMIT_BYTES + 26 });
    expect(agent.normalized_status).toBe('busy');
  });

  test('bytes that are no UTF-8 are a warning', () => {
    const files = noAgentFiles();
    const bytes = Buffer.concat([Buffer.from('{"status":"idle","x":"'), Buffer.from([0xc3]), Buffer.from('"}')]);
    files.files['state.json'] = { bytes, mtimeMs: MTIME, size: bytes.length };
    expect(readAgent('a1', files).agent).toMatchObject({
      status: 'idle',
      warnings: [{ place: 'line 1, column 23', reason: 'not valid UTF-8' }],
    });
  });
});

describe('who an agent is', () => {
  test('names by precedence', () => {
    const soul = '# The Smith\n\n- **Name:** Anvil\n- **Role:** Builder\n';
    const card = { displayName: 'Card', role: 'Carder', emoji: '🃏' };
    const identity = '- **Name:** Prism\n- **Emoji:** 🎨\n';
    expect(agentOf({ 'SOUL.md': soul }).agent).toMatchObject({
      name: 'The Smith',
      display_name: 'Anvil',
      role: 'Builder',
      emoji: null,
    });
    expect(agentOf({ 'SOUL.md': soul, 'agent.json': card }).agent).toMatchObject({
      display_name: 'Card',
      role: 'Builder',
      emoji: '🃏',
    });
    expect(agentOf({ 'SOUL.md': soul, 'agent.json': card, 'IDENTITY.md': identity }).agent).toMatchObject({
      display_name: 'Prism',
      emoji: '🎨',
    });
  });

  test.each([
    ['- **Name:** (pick one)', null],
    ['- **Name:** _(pick one)_', null],
    ['- **Name:**\n  _(pick one)_', null],
    ['- **Name:**\n  _Iris_', 'Iris'],
    ['- **Name:**\r\n  _Iris_\r\n', 'Iris'],
    ['- **Name:** {{NAME}}', null],
    ['- **Name:**\n- **Emoji:** x', null],
    ['* **name**: `Iris`', 'Iris'],
    ['Name: Iris', null],
  ])('IDENTITY.md %j names %s', (text, name) => {
    expect(agentOf({ 'IDENTITY.md': text }).agent.display_name).toBe(name);
  });

  test('a header in a code fence or of a template is none', () => {
    expect(agentOf({ 'SOUL.md': '```\n# No\n```\n# Yes\n' }).agent.name).toBe('Yes');
    expect(agentOf({ 'SOUL.md': '# {{AGENT}}\n' }).agent.name).toBe('a1');
  });
});

describe('agent.json', () => {
  test('a template is believed in nothing', () => {
    const { agent } = agentOf({
      'agent.json': { id: '{{ID}}', status: 'active', role: 'Filled', metrics: { tasks_completed: 3 } },
    });
    expect(agent).toMatchObject({ normalized_status: 'unknown', role: null, counters: { tasks_completed: null } });
    expect(agent.warnings).toEqual([{ file: 'agent.json', place: 'id', reason: 'an unfilled template: {{ID}}' }]);
  });

  test('a placeholder left over in a filled card is only that field', () => {
    const { agent } = agentOf({ 'agent.json': { id: 'a', role: '{{ROLE}}', status: 'active' } });
    expect(agent).toMatchObject({
      role: null,
      status: 'active',
      warnings: [{ place: 'role', reason: 'a placeholder: {{ROLE}}' }],
    });
  });

  test('metrics, interval and wrong types', () => {
    const { agent } = agentOf({
      'agent.json': {
        role: 4,
        metrics: { tasks_completed: 2, last_active: 'soon' },
        config: { heartbeat_interval: 300 },
      },
    });
    expect(agent).toMatchObject({ counters: { tasks_completed: 2 }, heartbeat_interval: 300, role: null });
    expect(agent.warnings).toEqual([
      { file: 'agent.json', place: 'role', reason: 'expected a text, found a number' },
      { file: 'agent.json', place: 'metrics.last_active', reason: 'expected a time, found "soon"' },
    ]);
    expect(agentOf({ 'agent.json': { metrics: 4 } }).agent.warnings[0]?.place).toBe('metrics');
    expect(agentOf({ 'agent.json': [] }).agent.warnings[0]?.reason).toBe('expected an object, found a list');
    expect(agentOf({ 'agent.json': '{' }).agent.warnings[0]?.reason).toBe('the JSON ends in the middle');
  });
});

describe('signs of life', () => {
  test('the newest counts: fields with offsets, memory, tasks', () => {
    const at = (iso: string) => Date.parse(iso);
    expect(agentOf({ 'state.json': { lastActive: '2026-02-18T15:00:00+08:00' } }).agent.last_active).toBe(
      '2026-02-18T07:00:00.000Z',
    );
    expect(agentOf({ 'state.json': { last_active: at('2026-02-18T07:00:00Z') / 1000 } }).agent.last_active).toBe(
      '2026-02-18T07:00:00.000Z',
    );
    const memory = [{ name: 'm.md', mtimeMs: at('2026-02-18T08:00:00Z') }];
    const reading = agentOf({ 'state.json': {} }, undefined, { memory });
    expect(reading.agent.last_active).toBe('2026-02-18T08:00:00.000Z');
    expect(reading.memory).toEqual({ 'm.md': memory[0]?.mtimeMs });
  });

  test('a time more than five minutes ahead is no sign', () => {
    const now = MTIME + 60_000;
    expect(agentOf({ 'state.json': { lastActive: '2026-02-18T06:05:00Z' } }, now).agent).toMatchObject({
      last_active: '2026-02-18T06:05:00.000Z',
      warnings: [],
    });
    expect(agentOf({ 'state.json': { lastActive: '2030-01-01T00:00:00Z' } }, now).agent).toMatchObject({
      last_active: SINCE,
      warnings: [{ file: 'state.json', place: 'lastActive' }],
    });
  });
});

test('task cards are read one by one', () => {
  const tasks = [
    { name: 'a.json', file: file({ id: 'T-1', title: 'Read', status: 'assigned', priority: 'P2' }) },
    { name: 'b.json', file: file('{') },
    { name: 'c.json', file: file([]) },
    { name: 'd.json', file: file({ x: 1 }) },
    { name: 'e.json', file: { refused: 'is a FIFO', mtimeMs: null } },
  ];
  const { agent } = agentOf({}, undefined, { tasks });
  expect(agent.tasks).toEqual([
    { source: 'tasks/a.json', id: 'T-1', title: 'Read', status: 'pending', started_at: null, priority: 'P2' },
  ]);
  expect(agent.warnings.map((warning) => [warning.file, warning.reason])).toEqual([
    ['tasks/b.json', 'the JSON ends in the middle'],
    ['tasks/c.json', 'expected an object, found a list'],
    ['tasks/d.json', 'a task without id and title'],
    ['tasks/e.json', 'is a FIFO'],
  ]);
});

test('no bytes and no JSON make readAgent throw, and its answer is JSON', () => {
  const names = [
    'status',
    'current_tasks',
    'current_task',
    'active_projects',
    'stats',
    'metrics',
    'lastActive',
    'tasks_failed',
    'name',
    'config',
    '__proto__',
  ];
  const object = fc
    .dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 3 }))
    .map((value) => Buffer.from(JSON.stringify(value)));
  const bytes = fc.oneof(
    object,
    fc.uint8Array({ maxLength: 80 }),
    fc.string().map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, bytes, bytes, bytes, (state, card, soul, identity) => {
      const files = noAgentFiles();
      const found = (content: Uint8Array) => ({ bytes: content, mtimeMs: MTIME, size: content.length });
      files.files = {
        'state.json': found(state),
        'agent.json': found(card),
        'SOUL.md': found(soul),
        'IDENTITY.md': found(identity),
      };
      const { agent } = readAgent('a', files, MTIME);
      expect(JSON.parse(JSON.stringify(agent))).toEqual(agent);
    }),
    { numRuns: numRuns(500) },
  );
});
