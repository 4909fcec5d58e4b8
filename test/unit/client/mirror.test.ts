import { alertOf } from '../../support/alerts.js';
import { describe, expect, it } from 'vitest';
import { createMirror, type Mirror } from '../../../src/client/index.js';
import { type Alert, type ServerFrame, SOURCE } from '../../../src/protocol/index.js';
import { iso, T0, task } from '../state/readings.js';
import { event, heartbeat, hello, named, resync, synced, told } from './frames.js';

function mirrorOf(...frames: ServerFrame[]): Mirror {
  const mirror = createMirror();
  for (const frame of frames) mirror.apply(frame);
  return mirror;
}

function names(mirror: Mirror): string[] {
  return [...mirror.getSnapshot().agents.values()].map(({ name }) => name);
}

describe('mirror', () => {
  it('begins empty and shows a snapshot when it is whole', () => {
    const mirror = createMirror();
    expect(mirror.getSnapshot()).toMatchObject({
      version: 0,
      office: null,
      position: null,
      synced: false,
      hello: null,
    });
    mirror.apply(hello(7, false));
    mirror.apply(told(named('a', 'A')));
    expect(names(mirror)).toEqual([]);
    expect(mirror.getSnapshot()).toMatchObject({ synced: false, position: null, hello: { seq: 7 } });
    mirror.apply(synced(7));
    expect(names(mirror)).toEqual(['A']);
    expect(mirror.getSnapshot()).toMatchObject({ synced: true, position: { epoch: 'e1', seq: 7 } });
  });

  it('shows the old state until a new snapshot is whole, then only the new one', () => {
    const mirror = mirrorOf(hello(1, false), told(named('old', 'Old')), synced(1));
    for (const frame of [hello(1, false, { epoch: 'e2' }), resync(), told(named('new', 'New'))]) mirror.apply(frame);
    expect(names(mirror)).toEqual(['Old']);
    expect(mirror.getSnapshot()).toMatchObject({ synced: false, position: { epoch: 'e1', seq: 1 } });
    mirror.apply(synced(1, 'e2'));
    expect(names(mirror)).toEqual(['New']);
    expect(mirror.getSnapshot().position).toEqual({ epoch: 'e2', seq: 1 });
  });

  it('forgets half a snapshot when the next connection resumes', () => {
    const mirror = mirrorOf(hello(1, false), told(named('a', 'A')), synced(1), hello(5, false), told(named('b', 'B')));
    for (const frame of [hello(2, true), event(2, named('c', 'C')), synced(2)]) mirror.apply(frame);
    expect(names(mirror)).toEqual(['A', 'C']);
    expect(mirror.getSnapshot()).toMatchObject({ synced: true, position: { seq: 2 } });
  });

  it('takes live events that come amid a snapshot, but none that are part of it', () => {
    const mirror = mirrorOf(hello(3, false), told(named('a', 'A3')), event(3, named('a', 'late')), event(4), synced(3));
    expect(names(mirror)).toEqual(['A4']);
    expect(mirror.getSnapshot().position).toEqual({ epoch: 'e1', seq: 4 });
    mirror.apply(event(5));
    expect(names(mirror)).toEqual(['A5']);
  });

  it('takes a resync in the midst of a connection', () => {
    const mirror = mirrorOf(hello(1, false), told(named('a', 'A')), synced(1), resync(), told(named('b', 'B')));
    mirror.apply(event(9, named('c', 'C')));
    expect(names(mirror)).toEqual(['A']);
    mirror.apply(synced(9));
    expect(names(mirror)).toEqual(['B', 'C']);
  });

  it('applies each event once, and none of another epoch', () => {
    const mirror = mirrorOf(event(1), event(2), event(1, named('a', 'again')), event(2, named('a', 'again')));
    mirror.apply(event(3, named('a', 'foreign'), 'e2'));
    expect(names(mirror)).toEqual(['A2']);
    expect(mirror.getSnapshot().position).toEqual({ epoch: 'e1', seq: 2 });
  });

  it('goes on over gaps, which are normal when the stream is narrowed', () => {
    expect(names(mirrorOf(event(1), event(9)))).toEqual(['A9']);
  });

  it('keeps the view, and each part of it, the same until it changes', () => {
    const mirror = mirrorOf(event(1));
    const first = mirror.getSnapshot();
    for (const frame of [heartbeat, event(1), { type: 'pong', timestamp: iso(T0) } as const]) mirror.apply(frame);
    expect(mirror.getSnapshot()).toBe(first);
    const office = { positions: { a: { x: 1, y: 2, zone: 'lab' } } };
    mirror.apply(event(2, { type: 'agent_position', data: office, at: T0 }));
    const second = mirror.getSnapshot();
    expect(second).not.toBe(first);
    expect(second.agents).toBe(first.agents);
    expect(second.tasks).toBe(first.tasks);
    expect(second).toMatchObject({ office, version: first.version + 1 });
    mirror.apply(event(3));
    expect(second.agents.get('a')?.name).toBe('A1');
    expect(mirror.getSnapshot().agents.get('a')?.name).toBe('A3');
    expect(Object.isFrozen(second)).toBe(true);
  });

  it('holds tasks and notifications, and what was acknowledged', () => {
    const path = 'mission-control/TASK_QUEUE.md';
    const added = [task('x', 1)];
    const nothing = { changed: [], removed: [], moved: [] };
    const note = { id: 'n', title: 't', message: 'm', level: 'info' as const, data: {} };
    const mirror = mirrorOf(
      event(1, { type: 'task_update', data: { type: 'task_queue_changed', path, added, ...nothing }, at: T0 }),
      event(2, { type: 'notification', data: note, at: T0 }),
      event(3, { type: 'notification_ack', data: { id: 'n', acknowledged_at: iso(T0 + 1) }, at: T0 }),
    );
    expect(mirror.getSnapshot().tasks.get(path)).toEqual(added);
    expect(mirror.getSnapshot().notifications).toEqual([{ ...note, timestamp: iso(T0), acknowledged_at: iso(T0 + 1) }]);
  });

  it('holds the alerts that fire', () => {
    const fire = (id: string, seq: number, parts: Partial<Alert> = {}) =>
      event(seq, { type: 'alert', data: alertOf({ id, ...parts }), at: T0 });
    const acknowledged_at = iso(T0 + 1);
    const mirror = mirrorOf(fire('x', 1), fire('y', 2), fire('x', 3, { acknowledged_at }));
    const first = mirror.getSnapshot();
    expect([...first.alerts.values()]).toEqual([alertOf({ id: 'x', acknowledged_at }), alertOf({ id: 'y' })]);
    mirror.apply(event(4));
    expect(mirror.getSnapshot().alerts).toBe(first.alerts);
    mirror.apply(fire('x', 5, { state: 'resolved' }));
    expect([...mirror.getSnapshot().alerts.keys()]).toEqual(['y']);
    expect(first.alerts.size).toBe(2);
  });

  it('calls its listeners once for all that came together', async () => {
    const mirror = createMirror();
    const versions: number[] = [];
    const leave = mirror.subscribe(() => versions.push(mirror.getSnapshot().version));
    for (let seq = 1; seq <= 100; seq += 1) mirror.apply(event(seq));
    expect(versions).toEqual([]);
    await Promise.resolve();
    expect(versions).toEqual([1]);
    mirror.apply(event(101));
    await Promise.resolve();
    expect(versions).toEqual([1, 2]);
    mirror.apply(heartbeat);
    leave();
    mirror.apply(event(102));
    await Promise.resolve();
    expect(versions).toEqual([1, 2]);
  });

  it('ignores frames it does not know', () => {
    const mirror = createMirror();
    mirror.apply({ type: 'from_the_future', data: 1, source: SOURCE } as unknown as ServerFrame);
    expect(mirror.getSnapshot().version).toBe(0);
  });
});
