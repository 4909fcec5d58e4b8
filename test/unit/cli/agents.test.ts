import { describe, expect, it } from 'vitest';
import { agentCard, agentsTable } from '../../../src/cli/print/agents.js';
import { tasksTable } from '../../../src/cli/print/tasks.js';
import { terminalOf } from '../../../src/cli/print/terminal.js';
import { widthOf } from '../../../src/cli/print/width.js';
import { TASK_STATUSES } from '../../../src/protocol/index.js';
import { NOW, rowOf, taskOf } from './rows.js';

const pipe = terminalOf({}, {});
const ascii = terminalOf({}, { TERM: 'dumb' });

describe('agentsTable', () => {
  const agents = [
    rowOf('api', 'active', {
      currentTask: 'build_api',
      tasks: [taskOf('build_api'), taskOf('docs')],
      tasks_completed: 9,
    }),
    rowOf('scribe', 'error', { warnings: [{ file: 'state.json', place: 'line 1', reason: 'is not JSON' }] }),
    rowOf('courier', 'offline'),
    rowOf('builder', 'active'),
  ];

  it('puts trouble first, then by name', async () => {
    const lines = agentsTable(agents, pipe, NOW).split('\n').slice(1);
    expect(lines.map((line) => line.split(/ {2,}/)[1])).toEqual(['scribe', 'api', 'builder', 'courier']);
  });

  it('shows status with its glyph, tasks, counters, last sign and warnings', async () => {
    const text = agentsTable(agents, pipe, NOW);
    expect(text).toMatch(/● active +api +Tester +build_api \+1 +9 +– +5m/);
    expect(text).toMatch(/✕ error +scribe .*⚠ 1/);
  });

  it('speaks ASCII where there is nothing else', async () => {
    expect(agentsTable(agents, ascii, NOW)).toMatch(/\* active +api/);
  });

  it('holds whatever ids there are on one line each, within the width', async () => {
    const wild = ['a b', 'ünïcödé', '日本語のエージェント', '👩‍💻', 'a\nb', '\u001b[31mred', 'x'.repeat(300)];
    const terminal = terminalOf({ isTTY: true, columns: 80 }, { NO_COLOR: '1' });
    const text = agentsTable(
      wild.map((id) => rowOf(id, 'idle')),
      terminal,
      NOW,
    );
    expect(text).not.toContain('\u001b');
    expect(text.split('\n')).toHaveLength(wild.length + 2);
    for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
  });
});

describe('agentCard', () => {
  it('tells evidence, counters, tasks and warnings', () => {
    const agent = {
      ...rowOf('api', 'busy', {
        name: 'The API',
        evidence: { file: 'state.json', field: 'status', value: 'busy' },
        since: '2026-02-18T05:00:00.000Z',
        tasks: [taskOf('Replay')],
        warnings: [{ file: 'state.json', place: 'tasks_failed', reason: 'is no number' }],
      }),
      state: null,
      counters: { tasks_completed: 9, cost: null } as never,
    };
    const text = agentCard(agent, pipe, NOW);
    expect(text).toContain('api · The API');
    expect(text).toMatch(/status +◐ busy since 2026-02-18T05:00:00.000Z \(1h\)/);
    const person = terminalOf({ isTTY: true, columns: 80 }, { NO_COLOR: '1' });
    expect(agentCard(agent, person, NOW)).toMatch(/busy since 2026-02-1[78] \d\d:\d\d \(1h\)/);
    expect(text).toMatch(/evidence +state\.json status="busy"/);
    expect(text).toMatch(/tasks_completed +9/);
    expect(text).not.toContain('cost');
    expect(text).toContain('- Replay [in_progress] (state.json)');
    expect(text).toContain('⚠ state.json tasks_failed: is no number');
  });

  it('says when nothing is known', () => {
    const text = agentCard({ ...rowOf('x', 'unknown'), state: null, counters: {} as never }, pipe, NOW);
    expect(text).toMatch(/evidence +none/);
  });
});

describe('tasksTable', () => {
  it('has a glyph for every status and says where a task stands', async () => {
    const tasks = TASK_STATUSES.map((status, at) => ({
      key: `k${at}`,
      text: `Task ${at}`,
      status,
      id: at === 0 ? null : `T-${at}`,
      assignee: 'api',
      priority: 'P1',
      due: null,
      created: null,
      source: 'PENDING_TASKS.md' as const,
      line: at + 1,
    }));
    const lines = tasksTable(tasks, pipe).split('\n');
    expect(lines[1]).toMatch(/^○ pending +k0 +Task 0 +api +P1 +– +PENDING_TASKS\.md:1$/);
    expect(lines[5]).toMatch(/^⊘ blocked +T-4/);
  });
});
