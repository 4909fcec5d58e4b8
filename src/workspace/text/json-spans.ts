/** A piece of a text, `[start, end)`. */
export interface Span {
  start: number;
  end: number;
}

/** A member of an object: its key as written (with quotes), and where key and value stand. */
export interface Member {
  rawKey: string;
  key: Span;
  value: Span;
}

/**
 * The members of the object that begins at `at`, in order, one at a time: there may be millions. The text must be JSON (see
 * `scanJson`).
 */
export function* membersOf(text: string, at: number): Generator<Member> {
  let next = skipBlank(text, at + 1);
  while (text[next] === '"') {
    const key = { start: next, end: valueEnd(text, next) };
    const start = skipBlank(text, skipBlank(text, key.end) + 1);
    const value = { start, end: valueEnd(text, start) };
    yield { rawKey: text.slice(key.start, key.end), key, value };
    next = afterComma(text, value.end);
  }
}

/**
 * Where the value of the last member stands whose key, as written, is asked for, in the object that begins at `at`; null
 * when there is none. Makes nothing of the others: there may be millions. The text must be JSON.
 */
export function lastValueAt(text: string, at: number, isAskedFor: (rawKey: string) => boolean): number | null {
  let found: number | null = null;
  let next = skipBlank(text, at + 1);
  while (text[next] === '"') {
    const keyEnd = stringEnd(text, next);
    const start = skipBlank(text, skipBlank(text, keyEnd) + 1);
    if (isAskedFor(text.slice(next, keyEnd))) found = start;
    next = afterComma(text, valueEnd(text, start));
  }
  return found;
}

/** The elements of the list that begins at `at`, in order, one at a time. The text must be JSON. */
export function* elementsOf(text: string, at: number): Generator<Span> {
  let next = skipBlank(text, at + 1);
  while (next < text.length && text[next] !== ']') {
    const end = valueEnd(text, next);
    yield { start: next, end };
    next = afterComma(text, end);
  }
}

/** The first character at or after `at` that is not blank. */
export function skipBlank(text: string, at: number): number {
  let next = at;
  while (isBlank(text.charCodeAt(next))) next += 1;
  return next;
}

/** NaN, which stands behind the end of a text, is none. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function afterComma(text: string, at: number): number {
  const next = skipBlank(text, at);
  return text[next] === ',' ? skipBlank(text, next + 1) : next;
}

function valueEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = stringEnd(text, at) - 1;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    else if (depth === 0) at = literalEnd(text, at) - 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) return at + 1;
  }
  return text.length;
}

function literalEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && !isBlank(text.charCodeAt(at)) && !',]}'.includes(text.charAt(at))) at += 1;
  return at;
}
