import { Flags } from '@oclif/core';
import type { EventType } from '../protocol/index.js';
import { cleanJson } from './clean.js';
import type { CommandOutput } from './command.js';
import { explain } from './errors.js';
import { tailEvents } from './reach/tail.js';
import { interrupted, watchSignals } from './signals.js';

/** Of commands that list what a server holds. Not to be handed to `open`: `mc serve` has a setting of that name. */
export const WATCH_FLAG = {
  watch: Flags.boolean({
    description:
      'Show it anew whenever it changes, until Ctrl-C; elsewhere than on a terminal one table or line of JSON after the other',
  }),
};

/** What a list shows at one time. */
export interface Shown {
  value: unknown;
  text: () => string;
}

/** Changes that come within so many milliseconds are shown as one. */
const TOGETHER_MS = 100;
/** On a terminal ages grow without any change. */
const ANEW_MS = 10_000;

/**
 * Shows a list, and again whenever an event of these types has changed it: on a terminal in place of the last, elsewhere one
 * below the other, and only where it differs. `ask` asks the server. Never resolves: it ends with the signal.
 * @throws McError `interrupted` at Ctrl-C; what `ask` throws at first, and what `tailEvents` throws
 */
export async function watchList(
  output: CommandOutput,
  types: readonly EventType[],
  ask: () => Promise<Shown>,
): Promise<void> {
  const watch = watchSignals();
  const frames = output.terminal.boxes && !output.json;
  let last = '';
  const show = async () => {
    const { value, text } = await ask();
    const shown = output.json ? cleanJson(value) : text();
    if (shown === last) return;
    if (frames) process.stdout.write(frameOf(shown, process.stdout.rows || 24));
    else output.item(value, last === '' ? shown : `\n${shown}`);
    last = shown;
  };
  await show();
  const { again, stop } = oneAtATime(() =>
    show().catch((error: unknown) => {
      // The server may come back: the stream waits for it, and says so.
      output.note(explain(error, null).message);
    }),
  );
  const timer = frames ? setInterval(again, ANEW_MS) : undefined;
  try {
    await tailEvents(output.config, {
      types,
      agent: undefined,
      since: undefined,
      limit: Number.POSITIVE_INFINITY,
      onEvent: again,
      onNote: (text) => (text === 'live' ? again() : output.note(text)),
      signal: watch.signal,
    });
  } finally {
    clearInterval(timer);
    stop();
    watch.dispose();
  }
  throw interrupted();
}

/** A screen that begins at the top, cut to the rows there are. */
export function frameOf(text: string, rows: number): string {
  const lines = text.split('\n');
  const room = Math.max(1, rows - 1);
  const more = lines.length > room ? [`and ${lines.length - room + 1} lines more`] : [];
  const shown = [...lines.slice(0, room - more.length), ...more];
  return `\u001b[H\u001b[2J${shown.join('\n')}\n`;
}

/** Does a piece of work soon after it was asked for: once for all that ask meanwhile, and never twice at a time. */
function oneAtATime(work: () => Promise<void>): { again: () => void; stop: () => void } {
  let state: 'idle' | 'waiting' | 'working' | 'asked' = 'idle';
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    state = 'waiting';
    timer = setTimeout(() => {
      state = 'working';
      void work().then(() => {
        if (state === 'asked') wait();
        else state = 'idle';
      });
    }, TOGETHER_MS);
  };
  return {
    again() {
      if (state === 'idle') wait();
      else if (state === 'working') state = 'asked';
    },
    stop: () => clearTimeout(timer),
  };
}
