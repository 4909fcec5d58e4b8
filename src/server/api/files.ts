import { Type } from '@sinclair/typebox';
import { McError } from '../../base/index.js';
import type { BrowseAnswer, FileAnswer } from '../../protocol/index.js';
import { type Browsed as Seen, browsePlace, hiddenNames, MAX_PART_BYTES, readPart } from '../../workspace/index.js';
import type { ApiContext } from './context.js';
import { type Call, type Endpoints, endpoint } from './endpoint.js';
import { NextCursor, nextOf, PageQuery, pageOf } from './pages.js';
import { Nullable, Time, Words } from './schemas.js';

const Item = Type.Object({
  name: Type.String(),
  type: Words(['file', 'directory', 'link', 'other']),
  size: Nullable(Type.Integer()),
  modified: Nullable(Time),
});
const Browsed = Type.Object({ path: Type.String(), items: Type.Array(Item), next_cursor: NextCursor });
const BrowseQuery = Type.Object({
  path: Type.Optional(Type.String({ description: 'relative to the workspace' })),
  ...PageQuery,
});

const ReadQuery = Type.Object({
  path: Type.String({ minLength: 1, description: 'relative to the workspace' }),
  offset: Type.Optional(
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER - MAX_PART_BYTES, description: 'the first byte' }),
  ),
  length: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_PART_BYTES, description: `bytes, from 1 to ${MAX_PART_BYTES}` }),
  ),
});
const Read = Type.Object({
  path: Type.String(),
  content: Type.String(),
  encoding: Words(['utf-8', 'base64']),
  size: Type.Integer({ description: 'of the whole file, in bytes' }),
  offset: Type.Integer(),
  length: Type.Integer({ description: 'bytes of the file that the content is' }),
  truncated: Type.Boolean({ description: 'the file goes on at offset + length' }),
});

/** What lies in the workspace: directories and files, but nothing hidden, secret or outside. */
export function fileEndpoints(context: ApiContext): Endpoints<'filesBrowse' | 'filesRead'> {
  let made: Seen | undefined;
  const seen = (): Seen => {
    const { roots, layout, allowFile } = context;
    made ??= { root: layout.root, roots, isHidden: hiddenNames(allowFile) };
    return made;
  };
  return {
    filesBrowse: endpoint({ query: BrowseQuery, answer: Browsed }, (call) => browse(seen(), call)),
    filesRead: endpoint({ query: ReadQuery, answer: Read }, ({ query }): Promise<FileAnswer> => {
      const { path, offset = 0, length = MAX_PART_BYTES } = query;
      return readPart(seen(), path, { offset, length });
    }),
  };
}

async function browse(
  seen: Seen,
  { query, reply }: Call<{ query: typeof BrowseQuery; answer: typeof Browsed }>,
): Promise<BrowseAnswer | undefined> {
  const { path: asked = '', ...pageQuery } = query;
  const path = asked === '' ? '.' : asked;
  try {
    let next: string | null = null;
    const items = await browsePlace(seen, path, (names) => {
      const page = pageOf(names, (name) => name, pageQuery);
      next = page.next;
      return page.items;
    });
    return { path, items, ...nextOf(pageQuery, next) };
  } catch (error) {
    if (!(error instanceof McError) || error.code !== 'file.not_found') throw error;
    // Older clients read which path it was.
    reply
      .code(404)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ ...error.toBody(), path }));
    return undefined;
  }
}
