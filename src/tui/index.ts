/** A client like any other, drawn in a terminal: the dashboard that people leave open all day. */
import type { WebSocketLike } from '../client/index.js';
import { startApp } from './app.js';
import type { Options, Tab } from './model.js';
import type { Seek } from './session.js';
import { watchEnds } from './terminal.js';

export type { Options, Tab } from './model.js';
export type { Seek } from './session.js';
export { detectTheme, detectUnicode } from './theme.js';

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
  const app = startApp({ ...rest, output: stdout, now: Date.now, random: Math.random });
  const unwatch = watchEnds(app.leave, (status) => app.quit(status));
  // React's development build costs twice the time.
  process.env.NODE_ENV ??= 'production';
  let unmount = () => {};
  try {
    // The first frame stands already: Ink takes longer to load than everything else.
    const { mountDashboard } = await import('./dashboard.js');
    unmount = mountDashboard(app, stdin, stdout);
    return await app.done;
  } finally {
    unmount();
    app.leave();
    unwatch();
  }
}
