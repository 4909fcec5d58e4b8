import * as fc from '../../../support/property.js';
import { describe, expect, it } from 'vitest';
import { Outbox, type Queued } from '../../../../src/server/stream/outbox.js';

const LIMITS = { outboxBytes: 100, outboxEvents: 5 };

function item(text: string, seq: number | null = null, key: string | null = null): Queued {
  return { frame: Buffer.from(text), seq, key };
}

function contents(outbox: Outbox): string {
  return outbox.take(Number.MAX_SAFE_INTEGER)?.toString() ?? '';
}

describe('outbox', () => {
  it('gives back what it was given, in order, in pieces', () => {
    const outbox = new Outbox(LIMITS, null);
    for (const text of ['aa', 'bb', 'cc']) expect(outbox.push(item(text))).toBe(true);
    expect([outbox.events, outbox.bytes]).toEqual([3, 6]);
    expect(outbox.take(5)?.toString()).toBe('aabb');
    expect(outbox.take(1)?.toString()).toBe('cc');
    expect(outbox.take(1)).toBeNull();
    expect([outbox.events, outbox.bytes]).toEqual([0, 0]);
  });

  it('is full by count, and by bytes', () => {
    const many = new Outbox(LIMITS, null);
    expect(['1', '2', '3', '4', '5', '6'].map((text) => many.push(item(text)))).toEqual([
      ...Array(5).fill(true),
      false,
    ]);
    const large = new Outbox(LIMITS, null);
    expect(large.push(item('x'.repeat(60)))).toBe(true);
    expect(large.push(item('x'.repeat(60)))).toBe(false);
  });

  it('has room for one frame of any size', () => {
    expect(new Outbox(LIMITS, null).push(item('x'.repeat(500)))).toBe(true);
  });

  it('drops the older of what a newer frame replaces, but only when it must', () => {
    const outbox = new Outbox(LIMITS, null);
    outbox.push(item('a1', 1, 'a'));
    outbox.push(item('b1', 2, 'b'));
    outbox.push(item('x', 3));
    outbox.push(item('a2', 4, 'a'));
    outbox.push(item('b2', 5, 'b'));
    expect([outbox.events, outbox.oldestSeq]).toEqual([5, 1]);
    expect(outbox.push(item('a3', 6, 'a'))).toBe(true);
    expect([outbox.events, outbox.bytes, outbox.oldestSeq]).toEqual([5, 9, 2]);
    expect(contents(outbox)).toBe('b1xa2b2a3');
  });

  it('does not drop what nothing in it replaces any more: the newer frame is gone', () => {
    const outbox = new Outbox(LIMITS, null);
    for (const seq of [1, 2, 3, 4]) outbox.push(item(`a${seq}`, seq, 'a'));
    expect(contents(outbox)).toBe('a1a2a3a4');
    outbox.push(item('a5', 5, 'a'));
    for (const seq of [6, 7, 8, 9]) expect(outbox.push(item(`x${seq}`, seq))).toBe(true);
    expect(outbox.push(item('x10', 10))).toBe(false);
  });

  it('tells once which events it dropped, ahead of what is behind them', () => {
    const outbox = new Outbox(LIMITS, (ranges) => Buffer.from(JSON.stringify(ranges)));
    for (let seq = 1; seq <= 30; seq += 1) {
      outbox.push(seq % 10 === 0 ? item(`x${seq} `, seq) : item(`a${seq} `, seq, 'a'));
    }
    expect(outbox.take(1)?.toString()).toBe('[[1,9],[11,19],[21,27]]x10 ');
    for (let seq = 31; seq <= 34; seq += 1) outbox.push(item(`a${seq} `, seq, 'a'));
    expect(contents(outbox)).toBe('[[28,29],[31,31]]x20 x30 a32 a33 a34 ');
    expect(outbox.take(1)).toBeNull();
  });

  it('knows the oldest event behind answers that have no seq', () => {
    const outbox = new Outbox(LIMITS, null);
    expect(outbox.oldestSeq).toBeNull();
    outbox.push(item('answer'));
    outbox.push(item('event', 7));
    expect(outbox.oldestSeq).toBe(7);
  });

  it('for any frames: what is dropped and what is given out is all there was, and in order', () => {
    const arbitrary = fc.record({
      key: fc.constantFrom(null, 'a', 'b', 'c'),
      take: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 60 }), (frames) => {
        const outbox = new Outbox(LIMITS, (ranges) => Buffer.from(`${JSON.stringify({ ranges })}\n`));
        let text = '';
        let last = 0;
        for (const [index, { key, take }] of frames.entries()) {
          if (!outbox.push(item(`${JSON.stringify({ seq: index + 1 })}\n`, index + 1, key))) break;
          last = index + 1;
          if (take && index % 3 === 0) text += outbox.take(25)?.toString() ?? '';
        }
        if (last < frames.length) return;
        text += contents(outbox);
        const skipped = new Set<number>();
        let reached = 0;
        for (const line of text.split('\n').slice(0, -1)) {
          const { seq, ranges } = JSON.parse(line) as { seq?: number; ranges?: [number, number][] };
          for (const [first, end] of ranges ?? []) for (let n = first; n <= end; n += 1) skipped.add(n);
          if (seq === undefined) continue;
          for (let n = reached + 1; n < seq; n += 1) expect(skipped.delete(n)).toBe(true);
          reached = seq;
        }
        expect([reached, skipped.size]).toEqual([last, 0]);
      }),
    );
  });

  it('for any frames: in bounds or full, in order, and nothing lost but what was replaced', () => {
    const arbitrary = fc.record({ size: fc.integer({ min: 1, max: 30 }), key: fc.constantFrom(null, 'a', 'b') });
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 40 }), (frames) => {
        const outbox = new Outbox(LIMITS, null);
        const kept: { text: string; key: string | null }[] = [];
        for (const [index, { size, key }] of frames.entries()) {
          const text = String.fromCharCode(0x4e00 + index).repeat(size);
          const fits = outbox.push(item(text, index, key));
          kept.push({ text, key });
          if (!fits) return;
          expect(outbox.events === 1 || (outbox.events <= 5 && outbox.bytes <= 100)).toBe(true);
        }
        const got = contents(outbox);
        const owed = kept.filter(({ key }, index) => key === null || !kept.slice(index + 1).some((k) => k.key === key));
        let at = 0;
        for (const { text } of owed) {
          at = got.indexOf(text, at);
          expect(at).toBeGreaterThanOrEqual(0);
          at += text.length;
        }
      }),
    );
  });
});
