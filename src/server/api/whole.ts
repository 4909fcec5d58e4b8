import { isFound, LIMITS, readBytes, work } from '../../workspace/index.js';
import { Json } from './cache.js';

/** What a JSON file of the workspace holds now, whole, as JSON; undefined when it cannot be read. */
export async function wholeJson(root: string, path: string): Promise<Json | undefined> {
  const file = await readBytes(root, path, LIMITS.json);
  const bytes =
    file !== null && isFound(file) ? await work('wholeJson', file.size, file.bytes).catch(() => null) : null;
  return bytes === null ? undefined : new Json(bytes);
}
