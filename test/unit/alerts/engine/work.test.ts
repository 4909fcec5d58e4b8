import { expect, it } from 'vitest';
import { createWorks } from '../../../../src/alerts/engine/work.js';
import type { AgentTask } from '../../../../src/protocol/index.js';
import { agentOf } from '../../../support/agents.js';
import { iso, MINUTE, NOW } from '../world.js';

const task = (title: string, parts: Partial<AgentTask> = {}): AgentTask => ({
  source: 'tasks/x.json',
  id: null,
  title,
  status: 'in_progress',
  started_at: null,
  priority: null,
  ...parts,
});
const works = (tasks: AgentTask[], current_tasks: unknown[] = []) => agentOf('a', { tasks, current_tasks });
/** So many tasks, one after the other, each of a minute. */
const busy = (count: number, of = createWorks([], NOW, 0)) => {
  for (let at = 0; at <= count; at += 1) of.see(works([task(`t${at}`)]), NOW + at * MINUTE, at * MINUTE);
  return of;
};

it('counts from when a task is first seen, or from when it says that it was begun', () => {
  const of = createWorks([], NOW, 0);
  of.see(works([task('Dig')]), NOW, 0);
  expect(of.view('a', 5 * MINUTE)).toEqual({ task: 'Dig', source: 'tasks/x.json', ms: 5 * MINUTE, p95Ms: null });
  of.see(works([task('Fill', { started_at: iso(NOW - 60 * MINUTE) })]), NOW, 6 * MINUTE);
  expect(of.view('a', 6 * MINUTE)?.ms).toBe(60 * MINUTE);
});

it.each(['2026-02-28', iso(NOW + 60 * MINUTE), '1970-01-01T00:00:00.000Z', 'yesterday'])(
  'does not believe a beginning of %s',
  (started_at) => {
    const of = createWorks([], NOW, 0);
    of.see(works([task('Dig', { started_at })]), NOW, 0);
    expect(of.view('a', 0)?.ms).toBe(0);
  },
);

it('knows what is usual after five tasks', () => {
  expect(busy(4).view('a', 4 * MINUTE)?.p95Ms).toBeNull();
  expect(busy(5).view('a', 5 * MINUTE)?.p95Ms).toBe(MINUTE);
});

it('does not learn from a task whose beginning nobody saw', () => {
  const of = createWorks([], NOW, 0);
  of.see(works([task('old')]), NOW, 0, true);
  of.see(works([task('new')]), NOW, MINUTE);
  expect(of.changed().get('a')?.durations).toEqual([]);
});

it('keeps to one task while it is there, and passes over what waits, has ended or is a project', () => {
  const of = createWorks([], NOW, 0);
  const waiting = task('later', { status: 'pending' });
  const project = task('for years', { source: 'state.json' });
  of.see(works([waiting, project]), NOW, 0);
  expect(of.view('a', 0)).toBeNull();
  of.see(works([task('Dig'), task('Fill')]), NOW, 0);
  of.see(works([task('Fill'), task('Dig')]), NOW, MINUTE);
  expect(of.view('a', MINUTE)).toMatchObject({ task: 'Dig', ms: MINUTE });
  of.see(works([task('now', { source: 'state.json', status: null })], ['now']), NOW, MINUTE);
  expect(of.view('a', MINUTE)?.task).toBe('now');
});

it('goes on over a restart, and forgets who is gone', () => {
  const first = busy(6);
  const kept = [...first.changed().values()].flatMap((work) => work ?? []);
  const of = createWorks(kept, NOW + 10 * MINUTE, 0);
  of.see(works([task('t6')]), NOW + 10 * MINUTE, 0, true);
  expect(of.view('a', 0)).toMatchObject({ task: 't6', ms: 4 * MINUTE, p95Ms: MINUTE });
  of.drop('a');
  expect(of.view('a', 0)).toBeNull();
  expect(of.changed()).toEqual(new Map([['a', null]]));
});
