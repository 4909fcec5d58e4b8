import { type Clock, monotonicNow, watchClock } from '../../base/index.js';
import type { AgentReading } from '../../protocol/index.js';

/** By so much the clock must be set (milliseconds) before all that was judged by it is judged anew. */
const JUMP_MS = 2000;

/** How often files are read again whose times lie ahead, in milliseconds: with time they can be believed. */
const AHEAD_AGAIN_MS = 30_000;

/** Which agents must be read again although no file of theirs has changed, because the clock has. */
export interface TimeWatch {
  /** Takes note of what an agent's files say of the time; null: it is gone. */
  note(id: string, value: AgentReading | null): void;
  /** `all` once after the clock was set; else those, now and then, of which some time lies ahead of the clock. */
  due(): 'all' | Iterable<string>;
}

export function createTimeWatch(clock: Clock): TimeWatch {
  const jumps = watchClock({ now: () => clock.now(), monotonic: monotonicNow });
  const ahead = new Set<string>();
  let jumped = 0;
  let aheadAt = 0;
  return {
    note(id, value) {
      if (value?.ahead) ahead.add(id);
      else ahead.delete(id);
    },
    due() {
      const jump = jumps.jumpMs();
      if (Math.abs(jump - jumped) > JUMP_MS) {
        jumped = jump;
        return 'all';
      }
      if (ahead.size === 0 || monotonicNow() < aheadAt) return [];
      aheadAt = monotonicNow() + AHEAD_AGAIN_MS;
      return [...ahead];
    },
  };
}
