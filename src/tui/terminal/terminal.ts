import { writeSync } from 'node:fs';

/**
 * Alternate screen, no cursor, no wrapping (a line that a terminal takes for longer than we do stays on its row), and marks around
 * what is pasted.
 */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[?2004h';
const LEAVE = '\u001b[?2026l\u001b[?2004l\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';
const MOUSE_ON = '\u001b[?1000h\u001b[?1006h';
const MOUSE_OFF = '\u001b[?1006l\u001b[?1000l';

/** The part of a terminal's output that is used. */
export interface Output {
  write(text: string): boolean;
  columns?: number | undefined;
  rows?: number | undefined;
  fd?: number | undefined;
  writableNeedDrain?: boolean;
  on(event: 'resize' | 'drain', listener: () => void): unknown;
  off(event: 'resize' | 'drain', listener: () => void): unknown;
}

/** The modes of a terminal that shows a dashboard. */
export interface TerminalModes {
  enter(): void;
  /** Everything as it was; can be called twice, also while the process dies. */
  leave: () => void;
  mouse(on: boolean): void;
}

/** The modes of this terminal, not entered yet. */
export function createModes(output: Output, mouse: boolean): TerminalModes {
  let inside = false;
  let mouseOn = mouse;
  return {
    enter() {
      if (inside) return;
      inside = true;
      output.write(ENTER + (mouseOn ? MOUSE_ON : ''));
    },
    leave() {
      if (!inside) return;
      inside = false;
      // A dying process runs no event loop any more: what a stream still buffers would be lost.
      writeNow(output, MOUSE_OFF + LEAVE);
    },
    mouse(on) {
      if (on === mouseOn) return;
      mouseOn = on;
      if (inside) output.write(on ? MOUSE_ON : MOUSE_OFF);
    },
  };
}

function writeNow(output: Output, text: string): void {
  if (output.fd === undefined) {
    output.write(text);
    return;
  }
  try {
    writeSync(output.fd, text);
  } catch {
    // The terminal is gone or takes nothing more; the stream may still get through.
    output.write(text);
  }
}

/** Ways to end that are not our own keys. Returns what stops listening. */
export function watchEnds(leave: () => void, quit: (status: number) => void): () => void {
  const interrupted = () => quit(130);
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupted);
  process.on('exit', leave);
  // Before the trace is printed, so that it is not lost with the alternate screen.
  process.on('uncaughtExceptionMonitor', leave);
  return () => {
    for (const signal of signals) process.off(signal, interrupted);
    process.off('exit', leave);
    process.off('uncaughtExceptionMonitor', leave);
  };
}
