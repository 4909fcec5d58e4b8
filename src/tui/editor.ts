import { cleanText, widthOf } from '../base/text.js';
import { cutText, nextCharacter, previousCharacter } from '../protocol/index.js';

/** One line of text that is being written. */
export interface Editor {
  text: string;
  /** Place of the cursor in code units of `text`, never inside a character. */
  at: number;
}

/** A line with the cursor at its end. */
export function newEditor(text = ''): Editor {
  return { text, at: text.length };
}

/** The line after a key; the same object when the key means nothing here. Keys as `keyOf` names them. */
export function editLine(editor: Editor, key: string): Editor {
  const { text, at } = editor;
  const back = previousCharacter(text, at);
  const ahead = nextCharacter(text, at);
  switch (key) {
    case 'left':
      return { text, at: back };
    case 'right':
      return { text, at: ahead };
    case 'home':
    case 'ctrl+a':
      return { text, at: 0 };
    case 'end':
    case 'ctrl+e':
      return { text, at: text.length };
    case 'backspace':
    case 'ctrl+h':
      return { text: text.slice(0, back) + text.slice(at), at: back };
    case 'delete':
      return { text: text.slice(0, at) + text.slice(ahead), at };
    case 'ctrl+u':
      return { text: text.slice(at), at: 0 };
    case 'ctrl+k':
      return { text: text.slice(0, at), at };
    case 'ctrl+w': {
      const start = text.slice(0, at).replace(/\S+\s*$/, '').length;
      return { text: text.slice(0, start) + text.slice(at), at: start };
    }
    case 'space':
      return insert(editor, ' ');
    default:
      return isText(key) ? insert(editor, key) : editor;
  }
}

/** The line after a paste: line ends become blanks, and what moves a cursor is left out. At most `LONGEST` characters in all. */
export function pasteInto(editor: Editor, text: string): Editor {
  const room = Math.max(0, LONGEST - editor.text.length);
  return insert(editor, cutText(cleanText(text).replaceAll('\ufffd', ''), room, ''));
}

/** An emoji that is joined of several takes about this many code units for its columns. */
const UNITS_PER_COLUMN = 16;
/** No answer, filter or command is longer than this. */
const LONGEST = 20_000;

/** What of the line is shown in `width` columns: what stands before its cursor, and what behind it (as much or more). */
export function visiblePart({ text, at }: Editor, width: number): { before: string; after: string } {
  let start = at;
  for (let used = 0; start > 0; ) {
    const back = previousCharacter(text, start);
    used += widthOf(text.slice(back, start));
    if (used >= width) break;
    start = back;
  }
  return { before: text.slice(start, at), after: cutText(text.slice(at), UNITS_PER_COLUMN * width, '') };
}

function insert({ text, at }: Editor, piece: string): Editor {
  return { text: text.slice(0, at) + piece + text.slice(at), at: at + piece.length };
}

/** One character, as it was typed: names of keys are longer. */
function isText(key: string): boolean {
  return key !== '' && nextCharacter(key, 0) === key.length && !/^\p{Cc}$/u.test(key);
}
