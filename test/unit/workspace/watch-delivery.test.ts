import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../src/protocol/index.js';
import { type Value, createDelivery } from '../../../src/workspace/watch/delivery.js';

describe('createDelivery', () => {
  const agent = (name: string): Value => ({ agent: { id: name }, broken: null, memory: {} }) as unknown as Value;

  it('puts one turn into one reading, the latest of each noun', async () => {
    const readings: Reading[] = [];
    const delivery = createDelivery(
      () => 7,
      (reading) => readings.push(reading),
    );
    delivery.add({ kind: 'agent', id: 'a' }, agent('old'));
    delivery.add({ kind: 'agent', id: 'a' }, agent('new'));
    delivery.add({ kind: 'office' }, { office: null });
    await delivery.flushed();
    expect(readings).toHaveLength(1);
    expect(readings[0]).toMatchObject({ at: 7, office: { office: null } });
    expect(readings[0]?.agents.get('a')?.agent.id).toBe('new');
  });

  it('says only of an agent that was known that it is gone, and once', async () => {
    const readings: Reading[] = [];
    const delivery = createDelivery(
      () => 0,
      (reading) => readings.push(reading),
    );
    delivery.know(['a']);
    delivery.add({ kind: 'agent', id: 'b' }, null);
    delivery.add({ kind: 'agent', id: 'a' }, null);
    delivery.add({ kind: 'agent', id: 'a' }, null);
    await delivery.flushed();
    expect(readings.map((reading) => [...reading.agents])).toEqual([[['a', null]]]);
  });

  it('gives at most 50 agents in one reading, one reading in a turn', async () => {
    const sizes: number[] = [];
    const delivery = createDelivery(
      () => 0,
      (reading) => sizes.push(reading.agents.size),
    );
    for (let at = 0; at < 120; at += 1) delivery.add({ kind: 'agent', id: `${at}` }, agent('a'));
    await delivery.flushed();
    expect(sizes).toEqual([50, 50, 20]);
  });

  it('says nothing after close', async () => {
    const readings: Reading[] = [];
    const delivery = createDelivery(
      () => 0,
      (reading) => readings.push(reading),
    );
    delivery.add({ kind: 'office' }, { office: null });
    delivery.close();
    await delivery.flushed();
    await new Promise((resolve) => setImmediate(resolve));
    expect(readings).toEqual([]);
  });
});
