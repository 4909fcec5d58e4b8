import { describe, expect, it } from 'vitest';
import { createBus, type Entry } from '../../../src/bus/index.js';
import type { EventDraft } from '../../../src/protocol/index.js';

const AT = Date.parse('2026-11-23T04:00:00.000Z');

function draft(path: string): EventDraft {
  return { type: 'file_change', data: { path, kind: 'changed' }, at: AT };
}

function newBus(journal = {}) {
  const errors: unknown[] = [];
  const bus = createBus({ epoch: 'e1', journal, onSubscriberError: (error) => errors.push(error) });
  return { bus, errors };
}

function seqs(since: Entry[] | { refused: string }): number[] | string {
  return 'refused' in since ? since.refused : since.map(({ event }) => event.seq);
}

describe('bus', () => {
  it('gives positions, an ISO time and a source, and serialises once', () => {
    const { bus } = newBus();
    expect(bus.position()).toEqual({ epoch: 'e1', seq: 0 });
    const { event, text, bytes } = bus.publish(draft('ä'));
    const base = { type: 'file_change', data: { path: 'ä', kind: 'changed' }, source: 'mission-control' };
    expect(event).toEqual({ ...base, timestamp: '2026-11-23T04:00:00.000Z', epoch: 'e1', seq: 1 });
    expect(JSON.parse(text)).toEqual(event);
    expect(bytes).toBe(Buffer.byteLength(text));
    expect(bus.position()).toEqual({ epoch: 'e1', seq: 1 });
  });

  it('hands the same entry to everyone until they leave', () => {
    const { bus } = newBus();
    const a: Entry[] = [];
    const b: Entry[] = [];
    const leave = bus.subscribe((entry) => a.push(entry));
    bus.subscribe((entry) => b.push(entry));
    const first = bus.publish(draft('1'));
    leave();
    bus.publish(draft('2'));
    expect(a).toEqual([first]);
    expect(a[0]).toBe(b[0]);
    expect(b).toHaveLength(2);
  });

  it('reports a subscriber that throws, and nobody else notices', () => {
    const { bus, errors } = newBus();
    const got: number[] = [];
    bus.subscribe(() => {
      throw new Error('mine');
    });
    bus.subscribe(({ event }) => got.push(event.seq));
    bus.publish(draft('1'));
    bus.publish(draft('2'));
    expect(got).toEqual([1, 2]);
    expect(errors.map(String)).toEqual(['Error: mine', 'Error: mine']);
  });

  it('goes on when even the reporter throws', () => {
    const bus = createBus({
      epoch: 'e1',
      onSubscriberError: () => {
        throw new Error('reporter');
      },
    });
    const got: number[] = [];
    bus.subscribe(() => {
      throw new Error('mine');
    });
    bus.subscribe(({ event }) => got.push(event.seq));
    bus.publish(draft('1'));
    expect(got).toEqual([1]);
  });

  it('keeps everyone’s order when a subscriber publishes', () => {
    const { bus } = newBus();
    const first: number[] = [];
    const second: number[] = [];
    let positionAtOnce = 0;
    bus.subscribe(({ event }) => {
      first.push(event.seq);
      if (event.seq === 1) positionAtOnce = bus.publish(draft('from within')).event.seq;
    });
    bus.subscribe(({ event }) => second.push(event.seq));
    bus.publish(draft('1'));
    expect(positionAtOnce).toBe(2);
    expect([first, second]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('gives who subscribes in the midst exactly what comes after the position at that time', () => {
    const { bus } = newBus();
    const late: number[] = [];
    let from = 0;
    bus.subscribe(({ event }) => {
      if (event.seq !== 1) return;
      bus.publish(draft('2'));
      from = bus.position().seq;
      bus.subscribe((entry) => late.push(entry.event.seq));
      bus.publish(draft('3'));
    });
    bus.publish(draft('1'));
    expect(from).toBe(2);
    expect(late).toEqual([3]);
  });

  it('refuses what is no JSON without losing a position', () => {
    const { bus } = newBus();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => bus.publish({ type: 'agent_position', data: { positions: {}, cycle }, at: AT })).toThrow(TypeError);
    expect(() => bus.publish({ ...draft('x'), at: Number.NaN })).toThrow(RangeError);
    expect(bus.publish(draft('1')).event.seq).toBe(1);
  });
});

describe('journal', () => {
  it('replays exactly what came after a position', () => {
    const { bus } = newBus();
    for (const path of ['1', '2', '3']) bus.publish(draft(path));
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: 0 }))).toEqual([1, 2, 3]);
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: 2 }))).toEqual([3]);
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: 3 }))).toEqual([]);
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: 0 }, 2))).toEqual([1, 2]);
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: 0 }, 0))).toEqual([]);
  });

  it('refuses another epoch, the future and what it has forgotten', () => {
    const { bus } = newBus({ maxEvents: 2 });
    for (const path of ['1', '2', '3', '4', '5']) bus.publish(draft(path));
    expect(seqs(bus.journal.since({ epoch: 'old', seq: 5 }))).toMatch(/another epoch/);
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: 6 }))).toMatch(/future/);
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: 2 }))).toMatch(/too old/);
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: 3 }))).toEqual([4, 5]);
    expect(bus.journal.stats()).toMatchObject({ events: 2, oldest_seq: 4 });
  });

  it('is bounded by bytes; an event larger than all of it passes and leaves it empty', () => {
    const { bus } = newBus({ maxBytes: 1000 });
    const { bytes } = bus.publish(draft('1'));
    for (let count = 0; count < 20; count += 1) bus.publish(draft('1'));
    expect(bus.journal.stats().bytes).toBeLessThanOrEqual(1000);
    expect(bus.journal.stats().events).toBe(Math.floor(1000 / (bytes + 1)));
    const got: number[] = [];
    bus.subscribe(({ event }) => got.push(event.seq));
    const { event } = bus.publish(draft('x'.repeat(2000)));
    expect(got).toEqual([event.seq]);
    expect(bus.journal.stats()).toEqual({ events: 0, bytes: 0, oldest_seq: event.seq + 1 });
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: event.seq }))).toEqual([]);
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: event.seq - 1 }))).toMatch(/too old/);
    bus.publish(draft('after'));
    expect(seqs(bus.journal.since({ epoch: 'e1', seq: event.seq }))).toEqual([event.seq + 1]);
  });

  it('agrees with a plain list, whatever its bounds', () => {
    for (const maxEvents of [1, 2, 3, 7]) {
      const { bus } = newBus({ maxEvents });
      const all: number[] = [];
      for (let seq = 1; seq <= 30; seq += 1) {
        all.push(bus.publish(draft(String(seq))).event.seq);
        const kept = all.slice(-maxEvents);
        expect(seqs(bus.journal.since({ epoch: 'e1', seq: (kept[0] ?? 1) - 1 }))).toEqual(kept);
      }
    }
  });
});
