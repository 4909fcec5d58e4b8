import { BOUNDS, counted } from './bounds.js';

/** The lines of a text, as many as are read, and in words what was passed over. */
export interface Lines {
  lines: string[];
  passedOver: string[];
}

/** What a line is read as that is too long: text that is not a list, a title or the end of anything. */
const TOO_LONG = '…';

/** Splits a text into lines without their ends. No line is longer than BOUNDS.line, so that no pattern meets a longer one. */
export function splitLines(text: string): Lines {
  const lines: string[] = [];
  const passedOver: string[] = [];
  const long: number[] = [];
  for (let from = 0; from !== -1; ) {
    if (lines.length === BOUNDS.lines) {
      passedOver.push(`more than ${counted(BOUNDS.lines)} lines: those behind them are not read`);
      break;
    }
    const end = text.indexOf('\n', from);
    const line = end === -1 ? text.slice(from) : text.slice(from, endOfLine(text, from, end));
    if (line.length > BOUNDS.line) long.push(lines.length);
    lines.push(line.length > BOUNDS.line ? TOO_LONG : line);
    from = end === -1 ? -1 : end + 1;
  }
  if (long.length > 0) {
    const more = long.length > 1 ? ` and ${counted(long.length - 1)} more` : '';
    passedOver.push(
      `line ${(long[0] ?? 0) + 1}${more}: longer than ${counted(BOUNDS.line)} characters, not read as a task`,
    );
  }
  return { lines, passedOver };
}

/** A return before the line feed at `end` belongs to it. */
function endOfLine(text: string, from: number, end: number): number {
  return end > from && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
}

/**
 * The first character of a line that is not blank; empty for a blank line. What begins with another one than a pattern wants
 * need not be tried, and most lines are such.
 */
export function headOf(line: string): string {
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) continue;
    const char = line.charAt(at);
    if (code < 0x80 || char.trim() !== '') return char;
  }
  return '';
}

/** Which lines are not text of their own, because they stand inside a code fence or a comment (its marks included). */
export interface Fences {
  fenced: boolean[];
  /** What would close the fence or comment that is still open at the end. */
  open: string | null;
  /** The line (from 0) on which a comment begins that never ends. */
  unclosed: number | null;
}

const FENCE = /^\s*(`{3,}|~{3,})/;
/** Only a comment that begins its line can hide tasks: within a text it ends where the next task begins. */
const COMMENT = /^\s*(?:>\s*)*<!--/;
const COMMENT_END = '-->';

/** Finds the code fences and the HTML comments of a Markdown text. */
export function readFences(lines: readonly string[]): Fences {
  let open: string | null = null;
  let unclosed: number | null = null;
  const fenced = lines.map((line, index) => {
    if (open === COMMENT_END) {
      if (line.includes(COMMENT_END)) open = unclosed = null;
      return true;
    }
    const head = headOf(line);
    const mark = head === '`' || head === '~' ? FENCE.exec(line)?.[1] : undefined;
    if (open !== null) {
      if (mark?.startsWith(open) && line.trim() === mark) open = null;
      return true;
    }
    if (mark === undefined && (head === '<' || head === '>') && beginsComment(line)) {
      open = COMMENT_END;
      unclosed = index;
    } else open = mark ?? null;
    return open !== null;
  });
  return { fenced, open, unclosed };
}

/** True for a line that a comment begins and does not end: `<!-- x -->` hides nothing but itself. */
function beginsComment(line: string): boolean {
  const head = COMMENT.exec(line)?.[0];
  return head !== undefined && !line.includes(COMMENT_END, head.length - 2);
}

/** The first `# ` header, or null when there is none or it is an unfilled placeholder. */
export function firstHeader(lines: readonly string[], fenced: readonly boolean[]): string | null {
  const at = lines.findIndex((line, index) => fenced[index] !== true && /^#\s+\S/.test(line));
  return at === -1 ? null : filled((lines[at] ?? '').replace(/^#\s+/, ''));
}

/**
 * The value of `- **Name:** value`; it may stand on the next line in `_italics_`. Null when the field is missing or holds
 * only a hint to whoever should fill it (`(…)`, `_(…)_`, `{{…}}`).
 */
export function markdownField(lines: readonly string[], fenced: readonly boolean[], field: string): string | null {
  const head = new RegExp(`^\\s*[-*+]\\s+\\*\\*${field}(?:\\*\\*\\s*:|:\\s*\\*\\*)(.*)$`, 'i');
  for (const [index, line] of lines.entries()) {
    const rest = fenced[index] ? undefined : head.exec(line)?.[1];
    if (rest === undefined) continue;
    return filled(rest) ?? (rest.trim() === '' ? filled(italics(lines[index + 1] ?? '')) : null);
  }
  return null;
}

/** A text without its Markdown wrapping, or null when it is empty or only a placeholder. At most BOUNDS.line of it counts. */
export function filled(text: string): string | null {
  const value = unwrap(text.slice(0, BOUNDS.line).trim());
  return value === '' || value.startsWith('(') || hasPlaceholder(value) ? null : value;
}

/** True for texts of a template that nobody has filled in: `{{AGENT_NAME}}`. */
export function hasPlaceholder(text: string): boolean {
  const start = text.indexOf('{{');
  return start !== -1 && text.includes('}}', start);
}

function italics(line: string): string {
  const text = line.trim();
  return /^(_.*_|\*[^*].*\*)$/.test(text) ? text : '';
}

function unwrap(text: string): string {
  const inner = /^(\*\*|__|_|\*|`)(.+)\1$/.exec(text)?.[2];
  return inner === undefined ? text : inner.trim();
}
