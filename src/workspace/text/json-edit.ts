import { repaired, scanJson } from './json-scan.js';
import { type Member, membersOf, skipBlank } from './json-spans.js';

/** A field to set: the keys that lead to it, and its value (JSON). */
export interface JsonEdit {
  path: readonly [string, ...string[]];
  value: unknown;
}

/**
 * Sets fields of a JSON object and leaves every other byte as it is: order, indentation, unknown fields, even bytes that
 * are not UTF-8, even digits that no number holds, even the `NaN` of an agent that reads it back. Only surplus leading zeros
 * go (`06` → `6`). The bytes must hold an object.
 */
export function editJson(bytes: Uint8Array, edits: readonly JsonEdit[]): Buffer {
  const [bom, raw] = splitBom(toBinary(bytes));
  const scan = scanJson(raw);
  const zeros = scan.ok ? scan.repairs.filter((repair) => repair.text === '') : [];
  let text = repaired(raw, zeros);
  for (const { path, value } of edits) text = setIn(text, skipBlank(text, 0), path, value);
  return fromBinary(bom + text);
}

/** Sets fields of the object that begins at `at` in a binary text (one character per byte). */
export function setMembers(text: string, at: number, values: Record<string, unknown>): string {
  let out = text;
  for (const [key, value] of Object.entries(values)) out = setIn(out, at, [key], value);
  return out;
}

/** Bytes as a text with one character per byte: what is JSON's own is ASCII, and the rest comes back unchanged. */
export function toBinary(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The bytes of a binary text. */
export function fromBinary(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Takes the BOM off a binary text. */
export function splitBom(text: string): [bom: string, text: string] {
  const bom = '\u00ef\u00bb\u00bf';
  return text.startsWith(bom) ? [bom, text.slice(bom.length)] : ['', text];
}

function setIn(text: string, at: number, path: readonly [string, ...string[]], value: unknown): string {
  const [key, next, ...rest] = path;
  let member: Member | undefined;
  let last: Member | undefined;
  let count = 0;
  for (const each of membersOf(text, at)) {
    if (keyOf(each.rawKey) === key) member = each;
    last = each;
    count += 1;
  }
  if (next !== undefined && member && text[member.value.start] === '{') {
    return setIn(text, member.value.start, [next, ...rest], value);
  }
  const whole = next === undefined ? value : nested([next, ...rest], value);
  if (member) return replaceValue(text, member, whole);
  return last ? insertLast(text, { last, count }, key, whole) : insertFirst(text, at, key, whole);
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight((inner, key) => Object.fromEntries([[key, inner]]), value);
}

function keyOf(rawKey: string): unknown {
  return JSON.parse(fromBinary(rawKey).toString('utf8'));
}

function replaceValue(text: string, { key, value: span }: Member, value: unknown): string {
  const old = text.slice(span.start, span.end);
  const written = old.includes('\n')
    ? writeValue(text, value, blankBefore(text, key.start))
    : binary(JSON.stringify(value));
  return text.slice(0, span.start) + written + text.slice(span.end);
}

/** A new member comes last, set off like the last one. */
function insertLast(text: string, members: { last: Member; count: number }, key: string, value: unknown): string {
  const { last, count } = members;
  const gap = blankBefore(text, last.key.start);
  const colon = text.slice(last.key.end, last.value.start);
  const separator = count === 1 && !gap.includes('\n') ? ' ' : gap;
  const written = gap.includes('\n') ? writeValue(text, value, gap) : binary(JSON.stringify(value));
  const member = `,${separator}${binary(JSON.stringify(key))}${colon}${written}`;
  return text.slice(0, last.value.end) + member + text.slice(last.value.end);
}

/** An empty object opens up when it is the whole file, else it stays on its line. */
function insertFirst(text: string, at: number, key: string, value: unknown): string {
  const end = text.indexOf('}', at);
  const whole = skipBlank(text, 0) === at;
  const written = `${binary(JSON.stringify(key))}: ${whole ? writeValue(text, value, '\n  ') : binary(JSON.stringify(value))}`;
  const inner = whole ? `\n  ${written}\n` : written;
  return `${text.slice(0, at + 1)}${inner}${text.slice(end)}`;
}

function writeValue(text: string, value: unknown, gap: string): string {
  const newline = gap.slice(0, gap.lastIndexOf('\n') + 1) || '\n';
  const lineGap = `${newline.includes('\r') ? '\r\n' : '\n'}${gap.slice(gap.lastIndexOf('\n') + 1)}`;
  return binary(JSON.stringify(value, null, indentOf(text)).replaceAll('\n', lineGap));
}

function indentOf(text: string): string {
  return /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
}

function blankBefore(text: string, at: number): string {
  let start = at;
  while (start > 0 && ' \t\r\n'.includes(text.charAt(start - 1))) start -= 1;
  return text.slice(start, at);
}

function binary(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
