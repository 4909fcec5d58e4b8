/** Least time between two frames, in milliseconds: ten a second. */
const FRAME_MS = 100;
/** What a frame that nobody asked for by a key may cost, in bytes a millisecond: a slow line stays usable. */
const BYTES_PER_MS = 8;
/** Even a slow line is drawn once a second. */
const LONGEST_MS = 1000;

/** Draws when something changed: soon, but not too often. */
export interface Frames {
  /** Something changed. `urgent`: somebody pressed a key and looks. */
  request: (urgent: boolean) => void;
  stop: () => void;
}

export interface FramesOptions {
  /** Draws; returns bytes written. */
  draw: () => number;
  /** True while the terminal has not taken what was written before. */
  blocked: () => boolean;
  now: () => number;
}

/** Nothing drawn yet. */
export function createFrames({ draw, blocked, now }: FramesOptions): Frames {
  let last = Number.NEGATIVE_INFINITY;
  let cost = 0;
  let timer: NodeJS.Timeout | null = null;
  let due = 0;
  let stopped = false;

  const run = () => {
    timer = null;
    if (stopped) return;
    if (blocked()) return plan(now() + FRAME_MS);
    last = now();
    cost = draw();
  };
  const plan = (at: number) => {
    if (timer !== null) {
      if (due <= at) return;
      clearTimeout(timer);
    }
    due = at;
    timer = setTimeout(run, Math.max(0, at - now()));
  };

  return {
    request(urgent) {
      if (stopped) return;
      const pause = urgent ? FRAME_MS : Math.max(FRAME_MS, Math.min(LONGEST_MS, cost / BYTES_PER_MS));
      plan(Math.max(now(), last + pause));
    },
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
