import { McError } from '../base/index.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Watches for SIGINT, SIGTERM and SIGHUP (the terminal is closed) until disposed. */
export interface SignalWatch {
  /** Aborted at the first signal. */
  signal: AbortSignal;
  dispose(): void;
}

/**
 * One Ctrl-C may come twice: from the terminal, and from an `npm start` above us that passes it on. So long the first is
 * waited on for its echo, in milliseconds; nobody presses keys as fast.
 */
const ECHO_MS = 30;

/** The first signal aborts, a second one ends the process at once with 130. */
export function watchSignals(): SignalWatch {
  const controller = new AbortController();
  let first: NodeJS.Signals | null = null;
  const heard = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted || (first !== null && first !== name)) process.exit(130);
    if (first !== null) return;
    first = name;
    // Only in the turn after: an echo that waits already is heard before.
    setTimeout(() => setImmediate(() => controller.abort()), ECHO_MS);
  };
  for (const name of SIGNALS) process.on(name, heard);
  return {
    signal: controller.signal,
    dispose() {
      for (const name of SIGNALS) process.off(name, heard);
    },
  };
}

/** Resolves at the first signal. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The error of a command that its user has ended. */
export function interrupted(): McError {
  return new McError('interrupted', 'interrupted');
}
