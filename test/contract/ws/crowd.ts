import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** What one client of a crowd has heard. */
export interface Told {
  /** Whole greetings. */
  synced: number;
  events: number;
  /** Of the last event; 0 before the first. */
  seq: number;
  /** Events that did not follow on the one before them. */
  wrong: number;
  /** Connections that were resumed. */
  resumed: number;
  /** Close codes. */
  closed: number[];
}

/** Clients in a process of their own. */
export interface Crowd {
  come(url: string, count: number, again?: string): void;
  tell(): Promise<Told[]>;
  /** SIGSTOP: the process holds its sockets and neither reads nor answers. */
  freeze(): void;
  thaw(): void;
}

/** A crowd of nobody; it is gone when the test is over. */
export function gather(): Crowd {
  const child = fork(fileURLToPath(new URL('crowd-child.mjs', import.meta.url)), { execArgv: [] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    come: (url, count, again) => child.send({ do: 'come', url, count, again }),
    tell: () =>
      new Promise((resolve) => {
        child.once('message', ({ told }: { told: Told[] }) => resolve(told));
        child.send({ do: 'tell' });
      }),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
  };
}
