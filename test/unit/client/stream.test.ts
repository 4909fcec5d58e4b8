import { describe, expect, it } from 'vitest';
import { createStream } from '../../../src/client/stream.js';
import type { ServerFrame } from '../../../src/protocol/index.js';
import { event, heartbeat, hello, named, resync, skipped, synced, told } from './frames.js';

/** How each frame was taken, and the position at the end. */
function through(...frames: ServerFrame[]) {
  const stream = createStream();
  const orders = frames.map((frame) => stream.see(frame)).join(' ');
  return { orders, position: stream.position() };
}

const at = (seq: number) => ({ epoch: 'e1', seq });

describe('stream', () => {
  it('has no position before a snapshot is whole', () => {
    expect(through(hello(3, false), told(named('a', 'A')), heartbeat).position).toBeNull();
    expect(through(hello(3, false), synced(3))).toEqual({ orders: 'forward forward', position: at(3) });
  });

  it('is where its snapshot says, even when that says more than hello did', () => {
    expect(through(hello(3, false), synced(5), event(6))).toEqual({
      orders: 'forward forward forward',
      position: at(6),
    });
    expect(through(hello(3, false), event(4), synced(3)).position).toEqual(at(4));
  });

  it('keeps its position while another snapshot comes in', () => {
    const begun = [hello(1, false), synced(1)];
    expect(through(...begun, hello(9, false), event(10)).position).toEqual(at(1));
    expect(through(...begun, resync(), event(7)).position).toEqual(at(1));
    expect(through(...begun, resync(), event(7), synced(7)).orders).toBe('forward forward forward forward forward');
  });

  it('tells repeats, gaps and other epochs from what comes next', () => {
    const foreign = event(4, named('a', 'A'), 'e2');
    const { orders, position } = through(event(1), event(2), event(2), event(1), event(4), foreign, event(5));
    expect(orders).toBe('forward forward repeat repeat gap foreign forward');
    expect(position).toEqual(at(5));
  });

  it('tells them amid a snapshot too', () => {
    expect(through(hello(3, false), event(3), event(4), event(6)).orders).toBe('forward repeat forward gap');
  });

  it('misses nothing that it is told was skipped, in whatever pieces it is told', () => {
    const told = through(event(1), skipped([2, 4], [6, 6]), event(5), event(7), skipped([8, 8]), event(10));
    expect(told.orders).toBe('forward forward forward forward forward gap');
    const apart = through(event(1), skipped([2, 2], [5, 5]), skipped([4, 4]), event(3), event(6));
    expect(apart).toEqual({ orders: 'forward forward forward forward forward', position: at(6) });
  });

  it('forgets what was skipped when the stream begins anew', () => {
    expect(through(event(1), skipped([2, 2]), hello(3, true), event(3)).orders).toBe('forward forward forward gap');
  });

  it('misses nothing when a resumed stream is synced where it is, and something when beyond', () => {
    expect(through(event(1), hello(2, true), event(2), synced(2)).orders).toBe('forward forward forward forward');
    expect(through(event(1), hello(3, true), event(2), synced(3)).orders).toBe('forward forward forward gap');
  });
});
