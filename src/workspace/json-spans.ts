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

/** The members of the object that begins at `at`, in order. The text must be JSON (see `scanJson`). */
export function membersOf(text: string, at: number): Member[] {
  const members: Member[] = [];
  let next = skipBlank(text, at + 1);
  while (text[next] === '"') {
    const key = { start: next, end: valueEnd(text, next) };
    const start = skipBlank(text, skipBlank(text, key.end) + 1);
    const value = { start, end: valueEnd(text, start) };
    members.push({ rawKey: text.slice(key.start, key.end), key, value });
    next = afterComma(text, value.end);
  }
  return members;
}

/** The elements of the list that begins at `at`, in order. The text must be JSON. */
export function elementsOf(text: string, at: number): Span[] {
  const elements: Span[] = [];
  let next = skipBlank(text, at + 1);
  while (next < text.length && text[next] !== ']') {
    const end = valueEnd(text, next);
    elements.push({ start: next, end });
    next = afterComma(text, end);
  }
  return elements;
}

/** The first character at or after `at` that is not blank. */
export function skipBlank(text: string, at: number): number {
  let next = at;
  while (next < text.length && ' \t\r\n'.includes(text.charAt(next))) next += 1;
  return next;
}

function afterComma(text: string, at: number): number {
  const next = skipBlank(text, at);
  return text[next] === ',' ? skipBlank(text, next + 1) : next;
}

function valueEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') at = stringEnd(text, at) - 1;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    else if (depth === 0) at = literalEnd(text, at) - 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function literalEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && !' \t\r\n,]}'.includes(text.charAt(at))) at += 1;
  return at;
}
