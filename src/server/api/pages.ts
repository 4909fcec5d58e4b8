import { type TSchema, Type } from '@sinclair/typebox';
import { McError } from '../../base/index.js';

/** Parameters of every list. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'a whole number from 1 to 10000' })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 4096, description: 'the next_cursor of the page before' }),
  ),
} satisfies Record<string, TSchema>;

/** Field of every list that was asked for in pages: where the next one begins, null at the end. */
export const NextCursor = Type.Optional(Type.Union([Type.String(), Type.Null()]));

export interface PageRequest {
  limit?: number;
  cursor?: string;
}

/**
 * One page of a list. The cursor names the last item shown and its index: when that item has gone in the meantime, the
 * page begins where it stood.
 * @throws McError `input.invalid` for a cursor that is not one of ours
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { limit, cursor }: PageRequest,
): { items: T[]; next: string | null } {
  const start = cursor === undefined ? 0 : startAfter(items, keyOf, cursor);
  const page = items.slice(start, start + (limit ?? items.length));
  const last = page.at(-1);
  const ends = last === undefined || start + page.length >= items.length;
  return { items: page, next: ends ? null : writeCursor(start + page.length - 1, keyOf(last)) };
}

/** The key under which a list asked for so is cached. */
export function keyOf(path: string, query: object): string {
  return Object.keys(query).length === 0 ? path : `${path}?${JSON.stringify(query)}`;
}

/** A client that asks for pages is sent where the next one begins; older clients ask for everything and get the older shape. */
export function nextOf(query: object, next: string | null): { next_cursor?: string | null } {
  return Object.keys(query).length === 0 ? {} : { next_cursor: next };
}

function startAfter<T>(items: readonly T[], keyOf: (item: T) => string, cursor: string): number {
  const { index, key } = readCursor(cursor);
  const known = items[index];
  const at = known !== undefined && keyOf(known) === key ? index : items.findIndex((item) => keyOf(item) === key);
  return at === -1 ? index : at + 1;
}

function writeCursor(index: number, key: string): string {
  return Buffer.from(JSON.stringify([index, key])).toString('base64url');
}

function readCursor(cursor: string): { index: number; key: string } {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const [index, key] = Array.isArray(value) ? (value as unknown[]) : [];
    if (Number.isSafeInteger(index) && (index as number) >= 0 && typeof key === 'string') {
      return { index: index as number, key };
    }
  } catch {
    // Refused below, as every other cursor that is not valid.
  }
  throw new McError('input.invalid', 'cursor: not one of this list', {
    hint: 'pass the next_cursor of the page before',
  });
}
