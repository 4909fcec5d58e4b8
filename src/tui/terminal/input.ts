import { charactersOf } from '../../protocol/index.js';

/** What of Ink's description of a key is read. */
export interface InkKey {
  upArrow: boolean;
  downArrow: boolean;
  leftArrow: boolean;
  rightArrow: boolean;
  pageDown: boolean;
  pageUp: boolean;
  home: boolean;
  end: boolean;
  return: boolean;
  escape: boolean;
  ctrl: boolean;
  shift: boolean;
  tab: boolean;
  backspace: boolean;
  delete: boolean;
  meta: boolean;
}

/** A mouse button or wheel. Columns and rows from 0. */
export interface MouseEvent {
  kind: 'click' | 'up' | 'down';
  x: number;
  y: number;
}

/** SGR mouse reports, without the escape that Ink takes away. */
const MOUSE = /^\[<(\d{1,4});(\d{1,5});(\d{1,5})([Mm])$/;

/** The mouse event that an input is; null when it is not one, `ignored` for a movement or a release. */
export function mouseOf(input: string): MouseEvent | 'ignored' | null {
  const match = MOUSE.exec(input);
  if (!match) return null;
  const [button, x, y] = [Number(match[1]), Number(match[2]) - 1, Number(match[3]) - 1];
  if (button === 64) return { kind: 'up', x, y };
  if (button === 65) return { kind: 'down', x, y };
  return button === 0 && match[4] === 'M' ? { kind: 'click', x, y } : 'ignored';
}

/**
 * The names of the keys in one input: `up`, `enter`, `ctrl+c`, else the characters as they are, several when they were typed
 * faster than they are read. Sequences nobody knows are not keys.
 */
export function keysOf(input: string, key: InkKey): string[] {
  const named = nameOf(key);
  if (named !== null) return [named];
  if (key.ctrl) return /^[a-z]$/.test(input) ? [`ctrl+${input}`] : [];
  if (/^[[O]./.test(input) && !key.shift && key.meta) return [];
  if (/^\[[\d;<?]*[\u0040-\u007e]$/.test(input) && input.length > 2) return [];
  if (input === ' ') return ['space'];
  return [...charactersOf(input)].flatMap(({ segment }) => {
    if (segment === '\r' || segment === '\n' || segment === '\r\n') return ['enter'];
    if (segment === ' ') return ['space'];
    return /\p{Cc}/u.test(segment) ? [] : [segment];
  });
}

function nameOf(key: InkKey): string | null {
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.pageDown) return 'pagedown';
  if (key.pageUp) return 'pageup';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'enter';
  if (key.escape) return 'escape';
  if (key.tab) return key.shift ? 'shift+tab' : 'tab';
  // Terminals send DEL for the key above Enter, which Ink calls `delete`.
  if (key.backspace || key.delete) return 'backspace';
  return null;
}
