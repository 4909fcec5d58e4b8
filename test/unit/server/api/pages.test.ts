import { describe, expect, it } from 'vitest';
import { pageOf } from '../../../../src/server/api/pages.js';

const key = (item: string) => item;

describe('pages of a list', () => {
  it('are everything when nothing is asked for', () => {
    expect(pageOf(['a', 'b'], key, {})).toEqual({ items: ['a', 'b'], next: null });
    expect(pageOf([], key, { limit: 5 })).toEqual({ items: [], next: null });
  });

  it('follow each other without a gap', () => {
    const items = ['a', 'b', 'c', 'd', 'e'];
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: string[]; next: string | null } = pageOf(items, key, {
        limit: 2,
        ...(cursor ? { cursor } : {}),
      });
      seen.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(items);
  });

  it('go on after the last item shown when others have come before it', () => {
    const { next } = pageOf(['b', 'd', 'f'], key, { limit: 2 });
    expect(pageOf(['a', 'b', 'c', 'd', 'f'], key, { limit: 2, cursor: next ?? '' }).items).toEqual(['f']);
  });

  it('go on where the last item shown stood when it has gone', () => {
    const { next } = pageOf(['b', 'd', 'f'], key, { limit: 2 });
    expect(pageOf(['b', 'f'], key, { limit: 2, cursor: next ?? '' }).items).toEqual(['f']);
  });

  it.each(['x', '', '[]', Buffer.from('[-1,"a"]').toString('base64url'), Buffer.from('{"a":1}').toString('base64url')])(
    'refuse the cursor %j',
    (cursor) => {
      expect(() => pageOf(['a'], key, { cursor })).toThrow(expect.objectContaining({ code: 'input.invalid' }));
    },
  );
});
