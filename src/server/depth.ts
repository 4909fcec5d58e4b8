import { JSON_DEPTH } from '../protocol/index.js';

/** Whether a JSON value is nested deeper than a client may send. Walks with a list of its own, so that no depth can break it. */
export function isTooDeep(value: unknown): boolean {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > JSON_DEPTH.sent) return true;
    for (const inner of Object.values(next.value)) waiting.push({ value: inner, depth: next.depth + 1 });
  }
  return false;
}
