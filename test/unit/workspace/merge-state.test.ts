import { describe, expect, test } from 'vitest';
import type { AgentReport } from '../../../src/protocol/index.js';
import { mergeState } from '../../../src/workspace/agents/merge-state.js';
import { placeAgent } from '../../../src/workspace/office/edit.js';

const NOW = Date.parse('2026-02-18T03:40:00Z');
const ISO = '2026-02-18T03:40:00.000Z';

const merged = (state: unknown, report: AgentReport): unknown =>
  JSON.parse(mergeState(Buffer.from(JSON.stringify(state)), report, NOW).toString());

describe('mergeState', () => {
  test('form (a)', () => {
    const state = { status: 'idle', mood: 'x', current_tasks: ['old', { id: 1 }], tasks_completed: 1 };
    expect(merged(state, { status: 'busy', task: 'new', counters: { tasks_completed: 2, cost: 1.5 } })).toEqual({
      status: 'busy',
      mood: 'x',
      current_tasks: ['new'],
      tasks_completed: 2,
      cost: 1.5,
      last_active: ISO,
    });
    expect(merged(state, { task: '' })).toMatchObject({ status: 'idle', current_tasks: [] });
  });

  test('form (b)', () => {
    const state = {
      lastActive: 'x',
      stats: { tasksCompleted: 1 },
      current_task: { description: 'old', priority: 'P1' },
    };
    expect(merged(state, { task: 'new', counters: { tasks_completed: 2, tasks_failed: 3 } })).toEqual({
      lastActive: ISO,
      stats: { tasksCompleted: 2, tasksFailed: 3 },
      current_task: { description: 'new', priority: 'P1' },
    });
    expect(merged(state, { task: '' })).toMatchObject({ current_task: null });
    expect(merged({ current_task: null }, { task: 'new' })).toMatchObject({ current_task: { description: 'new' } });
    expect(merged({ current_task: 'old' }, { task: 'new' })).toMatchObject({ current_task: 'new' });
  });

  test('what it waits for goes with the status that it belongs to', () => {
    const asks = { status: 'needs_input', waiting_for: 'which region?' };
    expect(merged({ status: 'busy' }, asks)).toEqual({ ...asks, last_active: ISO });
    expect(merged(asks, { task: 'x' })).toMatchObject(asks);
    expect(merged(asks, { status: 'busy' })).toMatchObject({ status: 'busy', waiting_for: null });
    expect(merged(asks, { waiting_for: '' })).toMatchObject({ status: 'needs_input', waiting_for: null });
    expect(merged({ status: 'busy' }, { status: 'idle' })).toEqual({ status: 'idle', last_active: ISO });
  });

  test('a file that is not there yet', () => {
    expect(mergeState(null, { status: 'busy', task: 'a' }, NOW).toString()).toBe(
      `{\n  "status": "busy",\n  "current_tasks": [\n    "a"\n  ],\n  "last_active": "${ISO}"\n}\n`,
    );
  });

  test('keeps every byte that it does not set', () => {
    const text = '{\n\t"zeta" : [1,  2],\n\t"status": "idle",\n\t"last_active": "x"\n}\r\n';
    expect(mergeState(Buffer.from(text), { status: 'busy' }, NOW).toString()).toBe(
      text.replace('"idle"', '"busy"').replace('"x"', `"${ISO}"`),
    );
  });
});

describe('placeAgent', () => {
  const place = (text: string | null, zone = 'ops_center') =>
    placeAgent(text === null ? null : Buffer.from(text), 'bob', zone, NOW).toString();

  test('as a zone where the others are zones', () => {
    expect(place('{"hour": 06, "positions": {"al": "rooftop"}}')).toBe(
      '{"hour": 6, "positions": {"al": "rooftop", "bob": "ops_center"}}',
    );
    expect(place('{"positions": {"bob": "x", "al": {"x":1,"y":1,"zone":"z"}}}')).toBe(
      '{"positions": {"bob": "ops_center", "al": {"x":1,"y":1,"zone":"z"}}}',
    );
  });

  test('with coordinates where the others have them, and nobody covered', () => {
    const office = JSON.parse(place('{"positions": {"al": {"x": 87, "y": 50, "zone": "ops_center"}}}')) as {
      positions: { bob: { x: number; y: number } };
    };
    expect(office.positions.bob).toMatchObject({ zone: 'ops_center' });
    expect(Math.hypot(office.positions.bob.x - 87, office.positions.bob.y - 50)).toBeGreaterThan(2);
    expect(JSON.parse(place('{"positions": {"bob": {"x":1,"y":1,"zone":"z","desk":4}}}'))).toEqual({
      positions: { bob: { x: 87, y: 50, zone: 'ops_center', desk: 4 } },
    });
  });

  test('into an office that is not there yet or has no positions', () => {
    expect(JSON.parse(place(null))).toEqual({ timestamp: ISO, positions: { bob: 'ops_center' } });
    expect(JSON.parse(place('{"positions": []}'))).toEqual({ positions: { bob: 'ops_center' } });
  });
});
