import { JSON_DEPTH } from '../../protocol/index.js';
import { skipBlank } from './json-spans.js';

/** With more repairs than this a text is not JSON. Programs write NaN by the thousand; leading zeros are a slip of whoever types. */
const NULLS_LIMIT = 100_000;
const ZEROS_LIMIT = 1000;

/** A piece of a text, `[start, end)`, and what JSON has in its place: nothing for leading zeros, `null` for what is not a number. */
export interface Repair {
  start: number;
  end: number;
  text: '' | 'null';
}

/** Where a text is JSON but for what can be repaired, or the first place where it is not. */
export type JsonScan = { ok: true; repairs: Repair[] } | { ok: false; offset: number; reason: string };

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or ]' | ', or }' | 'end';

interface Scan {
  text: string;
  at: number;
  stack: ('[' | '{')[];
  expected: Expected;
  repairs: Repair[];
  nulls: number;
}

class Refusal extends Error {
  readonly offset: number;
  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = offset;
  }
}

/** Reads a text as JSON without building it. Stands on no stack, so no depth can break it. */
export function scanJson(text: string): JsonScan {
  const scan: Scan = { text, at: 0, stack: [], expected: 'value', repairs: [], nulls: 0 };
  try {
    while (skipSpace(scan)) step(scan);
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, offset: error.offset, reason: error.message };
    throw error;
  }
  if (scan.expected === 'end') return { ok: true, repairs: scan.repairs };
  return { ok: false, offset: text.trimEnd().length, reason: 'the JSON ends in the middle' };
}

/** The text with the repairs that a scan found. */
export function repaired(text: string, repairs: readonly Repair[]): string {
  // Not a list that is joined: with a hundred thousand pieces that takes three times as long.
  let out = '';
  let from = 0;
  for (const { start, end, text: instead } of repairs) {
    out += text.slice(from, start) + instead;
    from = end;
  }
  return out + text.slice(from);
}

function repair(scan: Scan, start: number, end: number, text: Repair['text']): void {
  const isNull = text === 'null';
  const count = isNull ? scan.nulls : scan.repairs.length - scan.nulls;
  if (count >= (isNull ? NULLS_LIMIT : ZEROS_LIMIT))
    throw new Refusal(start, 'too many numbers that JSON does not know');
  if (isNull) scan.nulls += 1;
  scan.repairs.push({ start, end, text });
}

function skipSpace(scan: Scan): boolean {
  scan.at = skipBlank(scan.text, scan.at);
  return scan.at < scan.text.length;
}

function step(scan: Scan): void {
  const char = scan.text.charAt(scan.at);
  switch (scan.expected) {
    case 'value':
      return value(scan, char);
    case 'value or ]':
      return char === ']' ? close(scan) : value(scan, char);
    case ', or ]':
      return char === ']' ? close(scan) : char === ',' ? move(scan, 'value') : unexpected(scan, char);
    case ', or }':
      return char === '}' ? close(scan) : char === ',' ? move(scan, 'key') : unexpected(scan, char);
    case ':':
      return char === ':' ? move(scan, 'value') : unexpected(scan, char);
    case 'key or }':
      return char === '}' ? close(scan) : key(scan, char);
    case 'key':
      return key(scan, char);
    case 'end':
      throw new Refusal(scan.at, 'there is more text after the end of the JSON');
  }
}

function key(scan: Scan, char: string): void {
  if (char !== '"') unexpected(scan, char);
  skipString(scan);
  scan.expected = ':';
}

function unexpected({ at, expected }: Scan, char: string): never {
  throw new Refusal(at, `unexpected ${JSON.stringify(char)} where ${expected} belongs`);
}

function move(scan: Scan, expected: Expected): void {
  scan.at += 1;
  scan.expected = expected;
}

function close(scan: Scan): void {
  scan.at += 1;
  scan.stack.pop();
  afterValue(scan);
}

function afterValue(scan: Scan): void {
  const outer = scan.stack.at(-1);
  if (outer === undefined) {
    scan.expected = 'end';
    return;
  }
  // A comma stands right behind nearly every value: a step of its own for it is a third of the time of short ones.
  const hasComma = scan.text.charCodeAt(scan.at) === 0x2c;
  if (hasComma) scan.at += 1;
  if (outer === '[') scan.expected = hasComma ? 'value' : ', or ]';
  else scan.expected = hasComma ? 'key' : ', or }';
}

function value(scan: Scan, char: string): void {
  if (char === '{' || char === '[') {
    if (scan.stack.length >= JSON_DEPTH.held)
      throw new Refusal(scan.at, `nested deeper than ${JSON_DEPTH.held} levels`);
    scan.stack.push(char);
    move(scan, char === '{' ? 'key or }' : 'value or ]');
    return;
  }
  if (char === '"') skipString(scan);
  else skipLiteral(scan, char);
  afterValue(scan);
}

function skipString(scan: Scan): void {
  const { text } = scan;
  const start = scan.at;
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      scan.at = at + 1;
      return;
    }
    if (code === 0x5c) at += escapeLength(text, at);
    else if (code < 0x20) {
      if (text.slice(at).trim() === '') break; // Once: this is the end of the scan, one way or the other.
      throw new Refusal(at, 'a line break or control character inside a string');
    }
  }
  throw new Refusal(text.trimEnd().length, 'the JSON ends in the middle (inside a string)');
}

function escapeLength(text: string, at: number): number {
  const next = text.charAt(at + 1);
  if (next === '' || '"\\/bfnrt'.includes(next)) return 1;
  if (next === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) return 5;
  if (next === 'u' && text.length < at + 6) return 1;
  throw new Refusal(at, 'an escape that JSON does not know');
}

const WORDS = ['true', 'false', 'null'];
/** What Python's json module writes for numbers that JSON does not have. */
const NO_NUMBERS = ['NaN', 'Infinity', '-Infinity'];

function skipLiteral(scan: Scan, char: string): void {
  const digits = char === '-' ? scan.at + 1 : scan.at;
  if (isDigit(scan.text.charCodeAt(digits))) skipNumber(scan, digits);
  else skipWord(scan, char);
}

function skipWord(scan: Scan, char: string): void {
  const { text, at } = scan;
  for (const word of NO_NUMBERS) {
    if (char !== word[0] || !text.startsWith(word, at)) continue;
    scan.at += word.length;
    return repair(scan, at, scan.at, 'null');
  }
  const word = WORDS.find((known) => text.startsWith(known, at));
  if (word === undefined) throw new Refusal(at, unknownLiteral(text, at, char));
  scan.at += word.length;
}

/** By hand: a text may hold nothing else, and a pattern takes three times as long for each. */
function skipNumber(scan: Scan, digits: number): void {
  const { text } = scan;
  let first = digits;
  while (text.charCodeAt(first) === 0x30 && isDigit(text.charCodeAt(first + 1))) first += 1;
  if (first > digits) repair(scan, digits, first, '');
  let at = afterDigits(text, first);
  if (text.charCodeAt(at) === 0x2e && isDigit(text.charCodeAt(at + 1))) at = afterDigits(text, at + 1);
  scan.at = afterExponent(text, at);
}

function afterDigits(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at += 1;
  return at;
}

function afterExponent(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code !== 0x65 && code !== 0x45) return at;
  const sign = text.charCodeAt(at + 1);
  const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
  return isDigit(text.charCodeAt(digits)) ? afterDigits(text, digits) : at;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function unknownLiteral(text: string, at: number, char: string): string {
  const rest = text.slice(at).trimEnd();
  const cut = rest === '-' || [...WORDS, ...NO_NUMBERS].some((word) => word.startsWith(rest));
  return cut ? 'the JSON ends in the middle' : `unexpected ${JSON.stringify(char)} where a value belongs`;
}
