/** A client like any other, drawn in a terminal: the dashboard that people leave open all day. */
import type { WebSocketLike } from '../client/index.js';
import { startApp } from './app.js';
import type { Options, Tab } from './model.js';
import type { Seek } from './link/session.js';
import { watchStops } from './stops.js';
import { watchEnds } from './terminal/terminal.js';

export type { Options, Tab } from './model.js';
export type { Seek } from './link/session.js';
export { detectTheme, detectUnicode } from './draw/theme.js';

export interface DashboardOptions {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  seek: Seek;
  socket: (url: string, token?: string) => WebSocketLike;
  options: Options;
  /** What is shown first, and its filter. */
  start: { screen: Tab; filter: string };
}

/**
 * Shows the dashboard until somebody leaves it. The terminal is as before when this resolves, rejects or the process is
 * ended. Resolves to the exit status: 0, or 130 when a signal ended it.
 */
export async function runDashboard({ stdin, stdout, ...rest }: DashboardOptions): Promise<number> {
  // Before anything is drawn: a job in the background is stopped by the system here, and not in the middle of a picture.
  takeKeyboard(stdin);
  let suspend = () => {};
  const onSuspend = () => suspend();
  const app = startApp({ ...rest, output: stdout, now: Date.now, random: Math.random, onSuspend });
  const unwatch = watchEnds(app.leave, (status) => app.quit(status));
  const stops = watchStops({
    leave() {
      app.suspend();
      stdin.setRawMode(false);
    },
    resume() {
      takeKeyboard(stdin);
      app.resume();
    },
  });
  suspend = stops.suspend;
  // React's development build costs twice the time.
  process.env.NODE_ENV ??= 'production';
  let unmount = () => {};
  try {
    // The first frame stands already: Ink takes longer to load than everything else.
    const { mountDashboard } = await import('./dashboard.js');
    unmount = mountDashboard(app, stdin);
    return await app.done;
  } finally {
    unmount();
    app.leave();
    stops.unwatch();
    unwatch();
    stdin.setRawMode(false);
  }
}

/** Off and on: what Node takes for raw may have been changed by a shell meanwhile. */
function takeKeyboard(stdin: NodeJS.ReadStream): void {
  stdin.setRawMode(false);
  stdin.setRawMode(true);
}
