import type { Registered } from './live.js';
import type { Files } from './sessions.js';

/**
 * Records by the session that their process really has. `/resume` inside a process may leave the session that it began with in its
 * record: then another transcript of the same directory, which was there before the record's last word, grew after it, and the named one did not.
 */
export function resumed(records: Map<string, Registered>, files: Map<string, Files>): Map<string, Registered> {
  const by = new Map(records);
  for (const [id, registered] of records) {
    const { cwd, status_at } = registered.record;
    if (registered.process !== 'alive' || cwd === null || status_at === null) continue;
    const named = files.get(id)?.main?.state;
    if ((named?.last_at ?? 0) > status_at) continue;
    const candidates = [...files.values()].flatMap(({ id: other, main }) => {
      const state = main?.state;
      const grew = (state?.last_at ?? 0) > status_at && (state?.started_at ?? Infinity) < status_at;
      const here = state?.cwd === cwd || state?.cwd_now === cwd;
      // A fork has the lines of the one it comes from, and a process of its own.
      const fork = (state?.origin ?? null) !== null && state?.origin === named?.origin;
      return grew && here && !fork && !by.has(other) ? [{ id: other, at: state.last_at ?? 0 }] : [];
    });
    const latest = candidates.toSorted((one, other) => one.at - other.at).at(-1);
    if (latest === undefined) continue;
    by.delete(id);
    by.set(latest.id, registered);
  }
  return by;
}
