import type { Lifecycle } from '../base/index.js';

/** How a server ends: everything in reverse order, and who waits for it hears of it. */
export function ending(life: Lifecycle): { stop(): Promise<void>; done: Promise<void> } {
  let ended = () => {};
  const done = new Promise<void>((resolve) => {
    ended = resolve;
  });
  return { stop: () => life.stop().finally(ended), done };
}
