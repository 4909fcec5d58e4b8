/** What a stop and its end have to do. */
export interface StopHandlers {
  /** The terminal as the shell wants it: keyboard, modes, no picture. */
  leave: () => void;
  /** The terminal as we want it, from whatever it is. */
  resume: () => void;
}

/** Stops and goes on as a shell's job. */
export interface Stops {
  /** Ctrl-Z: the whole job stops, so that a script which started us stops as well. */
  suspend: () => void;
  unwatch: () => void;
}

/** How long a stop may need to take effect, in milliseconds; one that never does (a process without a shell) ends so. */
const SETTLE_MS = 50;

/**
 * Watches for SIGTSTP and SIGCONT. A dashboard that is told to stop gives the terminal back first and then stops by the
 * system's own doing; SIGCONT takes the terminal again, also after SIGSTOP, which nobody hears. Where there are no jobs
 * (Windows) nothing happens.
 */
export function watchStops({ leave, resume }: StopHandlers): Stops {
  if (process.platform === 'win32') return { suspend: () => {}, unwatch: () => {} };
  let timer: NodeJS.Timeout | null = null;

  const continued = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    process.off('SIGTSTP', onStop);
    process.on('SIGTSTP', onStop);
    // Node asks for the size of the window only when this comes, and it came to whoever had the terminal meanwhile.
    process.emit('SIGWINCH', 'SIGWINCH');
    resume();
  };
  const stop = (target: number) => {
    leave();
    // Without a listener the signal does what it is for. A shell that does not know of jobs makes the system ignore it.
    process.off('SIGTSTP', onStop);
    timer = setTimeout(continued, SETTLE_MS);
    process.kill(target, 'SIGTSTP');
  };
  const onStop = () => stop(process.pid);
  process.on('SIGTSTP', onStop);
  process.on('SIGCONT', continued);
  return {
    suspend: () => stop(0),
    unwatch() {
      if (timer !== null) clearTimeout(timer);
      process.off('SIGTSTP', onStop);
      process.off('SIGCONT', continued);
    },
  };
}
