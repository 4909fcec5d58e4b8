import type { Source } from './imports.js';

/** An error that a source throws: its code, and its words as they stand there, `${…}` for what is filled in. null: not a literal. */
export interface Thrown {
  path: string;
  code: string | null;
  message: string | null;
  /** Every literal of the hint, of which one is shown; empty: there is none. */
  hints: string[];
  /** Whether it has a hint, literal or not. */
  hasHint: boolean;
}

const OPEN = 'new McError(';

/** Every `new McError(code, message, { hint })` of the sources. */
export function thrownErrors(sources: readonly Source[]): Thrown[] {
  return sources.flatMap(({ path, text }) => {
    const found: Thrown[] = [];
    for (let at = text.indexOf(OPEN); at >= 0; at = text.indexOf(OPEN, at + 1)) {
      const [code = '', message = '', options = ''] = argumentsAt(text, at + OPEN.length);
      const hint = options.indexOf('hint');
      found.push({
        path,
        code: literals(code)[0] ?? null,
        message: literals(message)[0] ?? null,
        hints: hint < 0 ? [] : literals(options.slice(hint)),
        hasHint: hint >= 0,
      });
    }
    return found;
  });
}

/** The texts of the arguments of a call, from behind its parenthesis to the end of it. */
function argumentsAt(text: string, start: number): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (isQuote(char)) at = endOfString(text, at);
    else if ('([{'.includes(char)) depth += 1;
    else if (depth === 0 && (char === ',' || char === ')')) {
      found.push(text.slice(from, at));
      from = at + 1;
      if (char === ')') break;
    } else if (')]}'.includes(char)) depth -= 1;
  }
  return found;
}

/** The string literals of an expression, those inside of `${…}` left out. */
function literals(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (!isQuote(text.charAt(at))) continue;
    const end = endOfString(text, at);
    found.push(withoutFillings(text.slice(at + 1, end)));
    at = end;
  }
  return found;
}

function isQuote(char: string): boolean {
  return char === "'" || char === '"' || char === '`';
}

/** Where the string that begins here ends; a template's fillings may hold strings of their own. */
function endOfString(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (quote === '`' && text.startsWith('${', at)) at = endOfFilling(text, at + 2);
    else if (text.charAt(at) === quote) return at;
  }
  return text.length;
}

function endOfFilling(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (isQuote(char)) at = endOfString(text, at);
    else if (char === '{') depth += 1;
    else if (char === '}' && depth === 0) return at;
    else if (char === '}') depth -= 1;
  }
  return text.length;
}

function withoutFillings(text: string): string {
  let words = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith('${', at)) {
      words += '${…}';
      at = endOfFilling(text, at + 2);
    } else words += text.charAt(at);
  }
  return words;
}
