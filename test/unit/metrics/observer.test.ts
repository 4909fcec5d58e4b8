import { describe, expect, it } from 'vitest';
import { createObserver } from '../../../src/metrics/record/observer.js';
import { newAgent, T0, tasksNamed } from '../../support/metrics.js';

const busy = { status: 'busy', normalized_status: 'busy' } as const;
const S = 1000;

describe('what is observed of an agent', () => {
  it('is its time at work and idle, up to now', () => {
    const observer = createObserver(new Map());
    observer.see(newAgent('a', busy), T0);
    observer.see(newAgent('a', { status: 'running', normalized_status: 'active' }), T0 + 60 * S);
    observer.see(newAgent('a'), T0 + 90 * S);
    expect(observer.figures('a', T0 + 120 * S)).toMatchObject({ work: 90 * S, idle: 30 * S });
    observer.see(newAgent('a', { normalized_status: 'error' }), T0 + 120 * S);
    expect(observer.figures('a', T0 + 999 * S)).toMatchObject({ work: 90 * S, idle: 30 * S });
  });

  it('counts the time that it waits for a person as idle', () => {
    const observer = createObserver(new Map());
    observer.see(newAgent('a', { status: 'needs_input', normalized_status: 'waiting' }), T0);
    expect(observer.figures('a', T0 + 20 * S)).toMatchObject({ work: 0, idle: 20 * S });
  });

  it('are intervals that follow each other without a gap, and only where the status changes', () => {
    const observer = createObserver(new Map());
    expect(observer.see(newAgent('a', busy), T0)).toEqual([{ agent: 'a', began: T0, ended: null, status: 'busy' }]);
    expect(observer.see(newAgent('a', { ...busy, role: 'x' }), T0 + 1)).toEqual([]);
    expect(observer.see(newAgent('a'), T0 + 2)).toEqual([
      { agent: 'a', began: T0, ended: T0 + 2, status: 'busy' },
      { agent: 'a', began: T0 + 2, ended: null, status: 'idle' },
    ]);
    expect(observer.lose('a', T0 + 3)).toEqual([{ agent: 'a', began: T0 + 2, ended: T0 + 3, status: 'idle' }]);
    expect(observer.lose('a', T0 + 4)).toEqual([]);
    expect(observer.figures('a', T0 + 5)).toBeNull();
  });

  it('are tasks that come and go: how many, how they ended, how long they took', () => {
    const observer = createObserver(new Map());
    observer.see(newAgent('a', busy), T0);
    expect(observer.figures('a', T0)).toMatchObject({ completed: null, failed: null, taskDuration: null });
    observer.see(newAgent('a', { ...busy, tasks: tasksNamed('one', 'two') }), T0);
    expect(observer.figures('a', T0)).toMatchObject({ completed: 0, failed: 0 });
    observer.see(newAgent('a', { ...busy, tasks: tasksNamed('two') }), T0 + 10 * S);
    observer.see(newAgent('a', { normalized_status: 'error' }), T0 + 30 * S);
    expect(observer.figures('a', T0 + 30 * S)).toMatchObject({ completed: 1, failed: 1, taskDuration: 20 * S });
    expect(observer.figures('a', T0 + 4000 * S)).toMatchObject({ completed: 1, failed: 1, taskDuration: null });
  });

  it('takes a task’s own word for its start and its end', () => {
    const observer = createObserver(new Map());
    const [task] = tasksNamed('one');
    const started_at = new Date(T0 - 50 * S).toISOString();
    observer.see(newAgent('a', { ...busy, tasks: [{ ...task!, started_at }] }), T0);
    observer.see(newAgent('a', { ...busy, tasks: [{ ...task!, status: 'failed' }] }), T0 + 10 * S);
    expect(observer.figures('a', T0 + 10 * S)).toMatchObject({ completed: 0, failed: 1, taskDuration: 60 * S });
  });

  it('does not guess how long a task took that was there before, nor count one that went back to waiting', () => {
    const observer = createObserver(new Map());
    const [one, two] = tasksNamed('one', 'two');
    observer.see(newAgent('a', { ...busy, tasks: [one!, two!] }), T0);
    observer.see(newAgent('a', { ...busy, tasks: [{ ...two!, status: 'pending' }] }), T0 + 10 * S);
    expect(observer.figures('a', T0 + 10 * S)).toMatchObject({ completed: 1, failed: 0, taskDuration: null });
  });

  it('counts a task once that both the agent and a task file tell of, and twice when it was done twice', () => {
    const observer = createObserver(new Map());
    observer.see(newAgent('a', busy), T0);
    const work = (at: number) => {
      observer.see(newAgent('a', { ...busy, tasks: tasksNamed('Build') }), at);
      observer.see(newAgent('a', busy), at + S);
    };
    work(T0);
    observer.endTask('a', 'build', 'completed', T0 + 2 * S);
    expect(observer.figures('a', T0 + 2 * S)?.completed).toBe(1);
    work(T0 + 10 * S);
    expect(observer.figures('a', T0 + 20 * S)?.completed).toBe(2);
    observer.endTask('nobody', 'build', 'completed', T0);
  });

  it('are the messages and tasks that are reported', () => {
    const observer = createObserver(new Map());
    observer.see(newAgent('a'), T0);
    for (const action of ['message_sent', 'Message Sent', 'messages-received', 'task_completed', 'thinking']) {
      observer.hear({ agent: 'a', activity: { action } });
    }
    observer.hear({ agent: 'a', activity: { action: 'message_sent', count: 3 } });
    expect(observer.figures('a', T0)).toMatchObject({ sent: 5, received: 1, completed: 1, failed: 0 });
  });

  it('goes on from the totals of an earlier life', () => {
    const saved = { work: 5, idle: 6, completed: 7, failed: 0, sent: 8, received: null, stated: 0 };
    const observer = createObserver(new Map([['a', saved]]));
    observer.see(newAgent('a', busy), T0);
    expect(observer.figures('a', T0 + 1)).toMatchObject({ ...saved, work: 6 });
    expect(saved.work).toBe(5);
  });
});
