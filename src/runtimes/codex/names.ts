import { objectOf, textOf, titleOf } from '../values.js';

/** Names of threads, from the lines of their index: the last one of a thread is the one it has. Broken lines are passed over. */
export function threadNames(lines: Iterable<string>): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of lines) {
    const entry = entryOf(line);
    const id = textOf(entry?.id, 128);
    const name = titleOf(entry?.thread_name);
    if (id !== null && name !== null) names.set(id, name);
  }
  return names;
}

function entryOf(line: string): Record<string, unknown> | null {
  try {
    return objectOf(JSON.parse(line));
  } catch {
    return null;
  }
}
