import type { InkKey } from './input.js';

/** Finds pasted text in what the keyboard sends. */
export interface PasteReader {
  /**
   * One input as Ink reports it. A text: the paste that ended with it. `'more'`: it belongs to a paste that goes on. Null: it was
   * typed. `now`: milliseconds.
   */
  take(input: string, key: InkKey, now: number): { text: string } | 'more' | null;
}

/** What a terminal puts around a paste when it is asked to (DEC 2004), without the escape that Ink takes away. */
const BEGINS = '[200~';
const ENDS = '[201~';
/** Nobody types this much between two looks at the keyboard: a terminal that marks no pastes has sent one. */
const TYPED_AT_ONCE = 64;
/** Kept of one paste; more than any field takes. */
const LIMIT = 100_000;
/** A paste whose end does not come: what is typed after this silence is typed. */
const SILENCE_MS = 2000;

/**
 * A reader of pastes. What stands in one is text, whatever it looks like: line ends and letters in it are not keys, so that
 * nothing that was copied somewhere is executed.
 */
export function createPasteReader(): PasteReader {
  let text: string | null = null;
  let last = 0;
  return {
    take(input, key, now) {
      if (text !== null && now - last > SILENCE_MS) text = null;
      last = now;
      if (input === BEGINS) text = '';
      else if (text === null) return input.length > TYPED_AT_ONCE ? { text: input } : null;
      else if (input === ENDS) {
        const whole = text;
        text = null;
        return { text: whole };
      } else if (text.length < LIMIT) text += pieceOf(input, key).slice(0, LIMIT - text.length);
      return 'more';
    },
  };
}

/** A piece of a paste; what stands alone in it comes as the key that it looks like. */
function pieceOf(input: string, key: InkKey): string {
  if (key.return || key.tab) return ' ';
  return key.ctrl ? '' : input;
}
