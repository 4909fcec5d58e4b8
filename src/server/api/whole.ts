import type { ApiContext } from './context.js';
import { isFound, LIMITS, parseTolerantJson, readBytes } from '../../workspace/index.js';

/** What a JSON file of the workspace holds now, whole; undefined when it cannot be read. */
export async function wholeJson(
  { layout, roots }: Pick<ApiContext, 'layout' | 'roots'>,
  path: string,
): Promise<unknown> {
  const file = await readBytes(layout.root, path, LIMITS.json, roots);
  const parsed = file !== null && isFound(file) ? parseTolerantJson(file.bytes) : null;
  return parsed?.ok ? parsed.value : undefined;
}
