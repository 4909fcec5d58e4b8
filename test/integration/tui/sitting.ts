import { EventEmitter } from 'node:events';
import { WebSocket } from 'ws';
import { onTestFinished } from 'vitest';
import { createRestClient, type ReachedServer, type Target } from '../../../src/client/index.js';
import { type App, type AppOptions, startApp } from '../../../src/tui/app.js';
import type { InkKey } from '../../../src/tui/terminal/input.js';
import { createScreen } from '../../unit/tui/emulator.js';
import { NO_KEY } from '../../support/ink.js';

/** A dashboard at work before a terminal that is none. */
export interface Sitting {
  app: App;
  /** What the terminal shows. */
  text: () => string;
  /** Everything that was written to it. */
  written: string[];
  press: (...inputs: (string | Partial<InkKey>)[]) => void;
  resize: (columns: number, rows: number) => void;
}

/** A server as it was found, and where its stream is. */
export type Found = ReachedServer & { stream: Target };

/** Sits down before the dashboard of a server; it is left when the test ends. */
export function sitDown(
  reach: () => Promise<Found>,
  options: Partial<AppOptions['options']> = {},
  start: Partial<AppOptions['start']> = {},
): Sitting {
  const written: string[] = [];
  let screen = createScreen(80, 24);
  const output = Object.assign(new EventEmitter(), {
    columns: 80,
    rows: 24,
    write: (text: string) => {
      written.push(text);
      screen.write(text);
      return true;
    },
  });
  const app = startApp({
    output,
    seek: (onServer) => async () => {
      const found = await reach();
      onServer(found);
      return found.stream;
    },
    socket: (url) => new WebSocket(url),
    now: Date.now,
    random: () => 0.1,
    options: {
      readonly: false,
      mouse: true,
      bell: false,
      theme: 'dark',
      unicode: true,
      startCommand: 'mc serve',
      ...options,
    },
    start: { screen: 'overview', filter: '', ...start },
  });
  onTestFinished(() => app.quit(0));
  return {
    app,
    written,
    text: () => screen.text().join('\n'),
    press: (...inputs) => {
      for (const input of inputs)
        app.input(typeof input === 'string' ? input : '', { ...NO_KEY, ...(typeof input === 'string' ? {} : input) });
    },
    resize: (columns, rows) => {
      screen = createScreen(columns, rows);
      Object.assign(output, { columns, rows });
      output.emit('resize');
    },
  };
}

/** A server as `reach` finds it. */
export function reached(http: string, ws: string, given: string | null = null): Found {
  const token = given === null ? {} : { token: given };
  return { url: http, rest: createRestClient({ baseUrl: http, fetch, ...token }), stream: { url: ws, ...token } };
}
