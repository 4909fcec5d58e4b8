import { Writable } from 'node:stream';
import { render, useInput } from 'ink';
import type { App } from './app.js';

/** The root: Ink brings the raw keyboard and the life of the program; the painter draws. */
function Dashboard({ app }: { app: App }) {
  useInput((input, key) => app.input(input, key));
  return null;
}

/** Puts the root up; the returned function takes it down and gives the keyboard back. */
export function mountDashboard(app: App, stdin: NodeJS.ReadStream): () => void {
  // Ink has nothing to write: every line is the painter's.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const ink = render(<Dashboard app={app} />, {
    stdin,
    stdout: Object.assign(nowhere, { columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return () => ink.unmount();
}
