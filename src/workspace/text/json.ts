import { JSON_DEPTH } from '../../protocol/index.js';
import { decodeText, placeOf } from './decode.js';
import { type Repair, repaired, scanJson } from './json-scan.js';

/** Something about a text that did not keep it from being read. */
export interface Note {
  /** `line 1, column 52`. */
  place: string | null;
  reason: string;
}

/** What a file said as JSON, or where and why it could not be read. */
export type ParsedJson =
  | { ok: true; value: unknown; notes: Note[] }
  | { ok: false; reason: string; place: string | null };

/**
 * Reads JSON as people and programs write it: with a BOM, with leading zeros (`06`), with bytes that are not UTF-8 (a note),
 * with Python's NaN and Infinity (null, and a note). What is still no JSON is refused with its place. Never throws.
 */
export function parseTolerantJson(bytes: Uint8Array): ParsedJson {
  const { text, invalidAt } = decodeText(bytes);
  if (text.trim() === '') return { ok: false, reason: 'the file is empty', place: null };
  const notes = invalidAt === null ? [] : [{ place: placeOf(text, invalidAt), reason: 'not valid UTF-8' }];
  const plain = mayBeDeep(text) ? null : parsePlain(text);
  return plain === null ? parseRepaired(text, notes) : { ok: true, value: plain.value, notes };
}

function parsePlain(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

function parseRepaired(text: string, notes: Note[]): ParsedJson {
  const scan = scanJson(text);
  if (!scan.ok) return { ok: false, reason: scan.reason, place: placeOf(text, scan.offset) };
  const plain = parsePlain(repaired(text, scan.repairs));
  if (plain === null) return { ok: false, reason: 'this is not JSON', place: null };
  return { ok: true, value: plain.value, notes: [...notes, ...noNumberNotes(text, scan.repairs)] };
}

/** One note, however many there are: a list of measured values may hold nothing else. */
function noNumberNotes(text: string, repairs: readonly Repair[]): Note[] {
  let first: Repair | undefined;
  let count = 0;
  for (const repair of repairs) {
    if (repair.text !== 'null') continue;
    first ??= repair;
    count += 1;
  }
  if (first === undefined) return [];
  const more = count > 1 ? ` (and ${count - 1} more like it)` : '';
  const reason = `${text.slice(first.start, first.end)} is not JSON: read as null${more}`;
  return [{ place: placeOf(text, first.start), reason }];
}

/** Counts brackets, those in strings too: only a text that may be too deep pays for the exact scan. */
function mayBeDeep(text: string): boolean {
  if (text.length <= JSON_DEPTH.held) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    if (depth > JSON_DEPTH.held) return true;
  }
  return false;
}

/** True for a JSON object (not null, not a list). */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value is, in words for a warning. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
