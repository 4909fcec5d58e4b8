import { Writable } from 'node:stream';
import { render, useInput } from 'ink';
import { useEffect } from 'react';
import type { App } from './app.js';
import type { Output } from './terminal/terminal.js';

/** The root: Ink brings the raw keyboard, the window and the life of the program; the painter draws. */
function Dashboard({ app, output }: { app: App; output: Output }) {
  useInput((input, key) => app.input(input, key));
  useEffect(() => {
    const resized = () => app.resized();
    output.on('resize', resized);
    return () => {
      output.off('resize', resized);
    };
  }, [app, output]);
  return null;
}

/** Puts the root up; the returned function takes it down and gives the keyboard back. */
export function mountDashboard(app: App, stdin: NodeJS.ReadStream, output: Output): () => void {
  // Ink has nothing to write: every line is the painter's.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const ink = render(<Dashboard app={app} output={output} />, {
    stdin,
    stdout: Object.assign(nowhere, { columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return () => ink.unmount();
}
