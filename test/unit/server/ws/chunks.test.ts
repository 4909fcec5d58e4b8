import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/bus/index.js';
import type { McEvent } from '../../../../src/protocol/index.js';
import { frameText } from '../../../../src/server/stream/frame.js';
import { createPacker } from '../../../../src/server/ws/chunks.js';

function entry(seq: number, type: string, data: object): Entry {
  const event = { type, data, seq, epoch: 'e', timestamp: '', source: '' } as unknown as McEvent;
  const text = JSON.stringify(event);
  return { event, text, bytes: Buffer.byteLength(text) };
}

const ENTRIES = [
  entry(1, 'agent_activity', { agent: 'a' }),
  entry(2, 'agent_activity', { agent: 'b' }),
  entry(3, 'agent_position', {}),
  entry(4, 'system_metric', { metric: 'cpu' }),
];
const all = (kind: 'old' | 'mc') => ({ kind, channels: null, agents: null });

describe('createPacker', () => {
  it('gives everyone who hears everything the very same buffer', () => {
    const pack = createPacker(ENTRIES, 64_000);
    const chunks = pack(all('mc'));
    expect(chunks).toHaveLength(1);
    expect(chunks[0]?.buffer).toEqual(Buffer.concat(ENTRIES.map(({ text }) => frameText(text))));
    expect(pack(all('old'))).toBe(chunks);
  });

  it('gives a narrow filter only its frames, and nothing when nothing passes', () => {
    const pack = createPacker(ENTRIES, 64_000);
    const [chunk] = pack({ ...all('mc'), agents: new Set(['b']), channels: new Set(['agent_activity'] as const) });
    expect(chunk?.items.map(({ seq }) => seq)).toEqual([2]);
    expect(chunk?.buffer).toEqual(frameText(ENTRIES[1]?.text ?? ''));
    expect(pack({ ...all('mc'), channels: new Set() })).toEqual([]);
  });

  it('cuts between frames only', () => {
    const chunks = createPacker(ENTRIES, 150)(all('mc'));
    expect(chunks.map(({ items }) => items.map(({ seq }) => seq))).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(Buffer.concat(chunks.map(({ buffer }) => buffer))).toEqual(
      createPacker(ENTRIES, 64_000)(all('mc'))[0]?.buffer,
    );
  });

  it('knows what a newer event replaces', () => {
    const [chunk] = createPacker(ENTRIES, 64_000)(all('mc'));
    expect(chunk?.items.map(({ key }) => key)).toEqual([null, null, 'agent_position', 'system_metric:cpu']);
  });
});
