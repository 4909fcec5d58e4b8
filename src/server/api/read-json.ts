import { isFound, LIMITS, readBytes, work } from '../../workspace/index.js';
import { Json } from './cache.js';
import type { ApiContext } from './context.js';

/** What a JSON file of the workspace holds now, whole, as JSON; undefined when it cannot be read. */
export async function wholeJson(
  { layout, roots }: Pick<ApiContext, 'layout' | 'roots'>,
  path: string,
): Promise<Json | undefined> {
  const file = await readBytes(layout.root, path, LIMITS.json, roots);
  const bytes =
    file !== null && isFound(file) ? await work('wholeJson', file.size, file.bytes).catch(() => null) : null;
  return bytes === null ? undefined : new Json(bytes);
}
