import { describe, expect, it } from 'vitest';
import { createBus } from '../../../../src/bus/index.js';
import { SilentGap } from '../../../../src/server/stream/silent-gap.js';

const bus = createBus({ epoch: 'e1', onSubscriberError: () => undefined });
const events = (count: number, action = 'x') =>
  Array.from({ length: count }, () =>
    bus.publish({ type: 'agent_activity', data: { agent: 'a', activity: { action } }, at: 0 }),
  );

describe('what passes by somebody who narrows', () => {
  it('is told of after so many events, and counted anew then', () => {
    const unheard = new SilentGap({ unheardEvents: 5, unheardBytes: 1e9 });
    expect(unheard.pass(events(4), null)).toBeNull();
    const tick = events(2);
    expect(unheard.pass(tick, null)).toEqual({ epoch: 'e1', seq: tick[1]?.event.seq });
    expect(unheard.pass(events(4), null)).toBeNull();
  });

  it('is told of after so many bytes', () => {
    const unheard = new SilentGap({ unheardEvents: 1e9, unheardBytes: 10_000 });
    expect(unheard.pass(events(1, 'x'.repeat(6000)), null)).toBeNull();
    expect(unheard.pass(events(1, 'x'.repeat(6000)), null)).not.toBeNull();
  });

  it('counts from what was heard last', () => {
    const unheard = new SilentGap({ unheardEvents: 5, unheardBytes: 1e9 });
    expect(unheard.pass(events(4), null)).toBeNull();
    const tick = events(5);
    expect(unheard.pass(tick, tick[1]?.event.seq ?? null)).toBeNull();
    expect(unheard.pass(events(2), null)).not.toBeNull();
  });
});
