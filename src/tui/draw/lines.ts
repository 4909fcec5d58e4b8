import { cleanText, isSimple, truncate, widthOf } from '../../base/text.js';
import { ASCII_OF } from '../../view/index.js';
import type { Theme, Tone } from './theme.js';

/** A piece of a line: text in the plain tone, or a tone and its text. Any text: it is made safe when it is laid. */
export type Span = string | readonly [Tone, string];

/** One line of a screen. */
export interface Line {
  spans: readonly Span[];
  /** The line under the cursor. */
  cursor?: boolean;
  /** The same line will be shown again: where it was laid is remembered. */
  kept?: true;
}

/** A piece of a row at its place: `width` columns from column `x` (0-based). */
export interface Cell {
  x: number;
  width: number;
  /** Safe, and exactly `width` columns wide. */
  text: string;
  /** Parameters of the escape sequence that sets its look; empty: plain. */
  sgr: string;
}

/** A line at its place: its cells cover every column of the terminal once. */
export type Row = readonly Cell[];

/** A line of these pieces. */
export function line(...spans: Span[]): Line {
  return { spans };
}

export const BLANK: Line = { spans: [] };

/** Text of a span. */
function textOf(span: Span): string {
  return typeof span === 'string' ? span : span[1];
}

/** Columns that pieces take. */
export function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + widthOf(cleanText(textOf(span))), 0);
}

/** Pieces cut or filled to exactly `width` columns. */
export function fit(spans: readonly Span[], width: number, align: 'left' | 'right' = 'left'): Span[] {
  const kept: Span[] = [];
  let used = 0;
  for (const span of spans) {
    if (used >= width) break;
    const whole = cleanText(textOf(span));
    const text = truncate(whole, width - used);
    used += widthOf(text);
    kept.push(typeof span === 'string' ? text : [span[0], text]);
    if (text !== whole) break;
  }
  const fill = ' '.repeat(Math.max(0, width - used));
  if (fill === '') return kept;
  const [only] = kept;
  // One text and its padding are one cell: it stays at its place when the text grows.
  if (kept.length === 1 && only !== undefined) {
    const text = align === 'right' ? fill + textOf(only) : textOf(only) + fill;
    return [typeof only === 'string' ? text : [only[0], text]];
  }
  return align === 'right' ? [fill, ...kept] : [...kept, fill];
}

/** One text cut or filled to exactly `width` columns. */
export function cell(text: string, width: number, tone: Tone = 'plain', align: 'left' | 'right' = 'left'): Span[] {
  return fit([[tone, text]], width, align);
}

/** Left and right end of a line of `width` columns; the left one gives way. */
export function ends(left: readonly Span[], right: readonly Span[], width: number): Line {
  const taken = Math.min(width, spansWidth(right));
  return { spans: [...fit(left, width - taken), ...fit(right, taken)] };
}

/** Blocks of lines beside each other, each fitted to its width. */
export function beside(...blocks: { lines: readonly Line[]; width: number }[]): Line[] {
  const height = Math.max(0, ...blocks.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, index) => ({
    spans: blocks.flatMap(({ lines, width }) => fit(lines[index]?.spans ?? [], width)),
  }));
}

/** Puts a line at its place on a terminal of `columns`: every text made safe here, cut and filled to the edge. */
export function layRow(line: Line, columns: number, theme: Theme, faded: boolean): Row {
  if (line.kept !== true) return laid(line, columns, theme, faded);
  const known = rows.get(line);
  if (known && known.columns === columns && known.theme === theme && known.faded === faded) return known.row;
  const row = laid(line, columns, theme, faded);
  rows.set(line, { columns, theme, faded, row });
  return row;
}

const rows = new WeakMap<Line, { columns: number; theme: Theme; faded: boolean; row: Row }>();

function laid({ spans, cursor }: Line, columns: number, theme: Theme, faded: boolean): Row {
  const cells: Cell[] = [];
  const add = (text: string, width: number, tone: Tone) => {
    const x = (cells.at(-1)?.x ?? 0) + (cells.at(-1)?.width ?? 0);
    const tones = faded && tone !== 'key' ? theme.tones.dim : theme.tones[tone];
    const sgr = cursor && theme.cursor !== '' ? [tones, theme.cursor].filter(Boolean).join(';') : tones;
    const last = cells.at(-1);
    // Spaces join what is before them: fewer cells to compare and to address.
    if (last && last.sgr === sgr && text.trim() === '' && isSimple(last.text)) {
      cells[cells.length - 1] = { ...last, width: last.width + width, text: last.text + text };
    } else if (width > 0) cells.push({ x, width, text, sgr });
    return x + width;
  };
  let used = 0;
  for (const span of spans) {
    if (used >= columns) break;
    const whole = cleanText(textOf(span));
    const cut = truncate(whole, columns - used);
    const text = theme.unicode ? cut : toAscii(cut);
    used = add(text, widthOf(text), typeof span === 'string' ? 'plain' : span[0]);
  }
  if (used < columns) add(' '.repeat(columns - used), columns - used, 'plain');
  return cells;
}

/** A row as text with its escape sequences. */
export function rowText(row: Row): string {
  return row.map(({ text, sgr }) => (sgr === '' ? text : `\u001b[${sgr}m${text}\u001b[0m`)).join('');
}

const ASCII: Record<string, string> = {
  ...ASCII_OF,
  ...Object.fromEntries(
    [...'←<↑^↓v▲^▼v▸>–-…~│|─-╭+╮+╰+╯+├+┤+┬+┴+┼+▌>█#▇#▆#▅=▄=▃-▂_▁_░.▒:▓#↵<★*∞~'.matchAll(/(.)(.)/gu)].map(
      ([, from, to]) => [from, to],
    ),
  ),
};

/** The nearest ASCII of our drawings; whatever else is not ASCII becomes `?`, as wide as it was. */
function toAscii(text: string): string {
  // Alone it is the glyph of an unknown status, else a mark between words.
  if (text.trim() === '·') return text.replace('·', '?');
  return text.replaceAll(/[^\u0020-\u007e]/gu, (character) => ASCII[character] ?? '?'.repeat(widthOf(character)));
}
