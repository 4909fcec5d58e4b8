import { widthOf } from '../base/text.js';

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
  const back = previous(text, at);
  const ahead = next(text, at);
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

/** What of the line is shown in `width` columns, and where the cursor stands in it. */
export function visiblePart({ text, at }: Editor, width: number): { text: string; cursor: number } {
  let start = 0;
  while (widthOf(text.slice(start, at)) >= width && start < at) start = next(text, start);
  return { text: text.slice(start), cursor: widthOf(text.slice(start, at)) };
}

function insert({ text, at }: Editor, piece: string): Editor {
  return { text: text.slice(0, at) + piece + text.slice(at), at: at + piece.length };
}

/** One character, as it was typed: names of keys are longer. */
function isText(key: string): boolean {
  return [...SEGMENTER.segment(key)].length === 1 && !/^\p{Cc}$/u.test(key);
}

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function previous(text: string, at: number): number {
  return [...SEGMENTER.segment(text.slice(0, at))].at(-1)?.index ?? 0;
}

function next(text: string, at: number): number {
  const [first] = SEGMENTER.segment(text.slice(at));
  return at + (first?.segment.length ?? 0);
}
