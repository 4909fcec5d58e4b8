import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outbox, type Queued } from '../../../../src/server/ws/outbox.js';

const LIMITS = { outboxBytes: 100, outboxEvents: 5 };

function item(text: string, seq: number | null = null, key: string | null = null): Queued {
  return { frame: Buffer.from(text), seq, key };
}

function contents(outbox: Outbox): string {
  return outbox.take(Number.MAX_SAFE_INTEGER)?.toString() ?? '';
}

describe('outbox', () => {
  it('gives back what it was given, in order, in pieces', () => {
    const outbox = new Outbox(LIMITS);
    for (const text of ['aa', 'bb', 'cc']) expect(outbox.push(item(text))).toBe(true);
    expect([outbox.events, outbox.bytes]).toEqual([3, 6]);
    expect(outbox.take(5)?.toString()).toBe('aabb');
    expect(outbox.take(1)?.toString()).toBe('cc');
    expect(outbox.take(1)).toBeNull();
    expect([outbox.events, outbox.bytes]).toEqual([0, 0]);
  });

  it('is full by count, and by bytes', () => {
    const many = new Outbox(LIMITS);
    expect(['1', '2', '3', '4', '5', '6'].map((text) => many.push(item(text)))).toEqual([
      ...Array(5).fill(true),
      false,
    ]);
    const large = new Outbox(LIMITS);
    expect(large.push(item('x'.repeat(60)))).toBe(true);
    expect(large.push(item('x'.repeat(60)))).toBe(false);
  });

  it('has room for one frame of any size', () => {
    expect(new Outbox(LIMITS).push(item('x'.repeat(500)))).toBe(true);
  });

  it('drops the older of what a newer frame replaces, but only when it must', () => {
    const outbox = new Outbox(LIMITS);
    outbox.push(item('a1', 1, 'a'));
    outbox.push(item('b1', 2, 'b'));
    outbox.push(item('x', 3));
    outbox.push(item('a2', 4, 'a'));
    outbox.push(item('b2', 5, 'b'));
    expect([outbox.events, outbox.oldestSeq]).toEqual([5, 1]);
    expect(outbox.push(item('a3', 6, 'a'))).toBe(true);
    expect([outbox.events, outbox.oldestSeq]).toEqual([3, 3]);
    expect(contents(outbox)).toBe('xb2a3');
  });

  it('knows the oldest event behind answers that have no seq', () => {
    const outbox = new Outbox(LIMITS);
    expect(outbox.oldestSeq).toBeNull();
    outbox.push(item('answer'));
    outbox.push(item('event', 7));
    expect(outbox.oldestSeq).toBe(7);
  });

  it('for any frames: in bounds or full, in order, and nothing lost but what was replaced', () => {
    const arbitrary = fc.record({ size: fc.integer({ min: 1, max: 30 }), key: fc.constantFrom(null, 'a', 'b') });
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 40 }), (frames) => {
        const outbox = new Outbox(LIMITS);
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
