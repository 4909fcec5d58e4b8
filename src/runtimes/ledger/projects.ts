import type { ProjectBook } from '../agents.js';
import type { Database } from './database.js';
import { hashOf } from './names.js';

/** Paths that are remembered with their agents: sessions are asked for again and again. */
const KEPT = 50_000;

/** Which directory has which agent: told once, it stays. Paths themselves are not kept. */
export function createProjectBook(db: Database): ProjectBook & { forget(): void } {
  const get = db.prepare('SELECT id FROM runtime_projects WHERE runtime = ? AND path_hash = ?').pluck();
  const taken = db.prepare('SELECT 1 FROM runtime_projects WHERE runtime = ? AND id = ?');
  const keep = db.prepare('INSERT OR IGNORE INTO runtime_projects VALUES (?, ?, ?)');
  const known = new Map<string, string>();
  return {
    idOf(runtime, path) {
      const name = `${runtime}\n${path}`;
      const kept = known.get(name) ?? (get.get(runtime, hashOf(runtime, path)) as string | undefined);
      if (kept === undefined) return null;
      if (known.size >= KEPT) known.clear();
      known.set(name, kept);
      return kept;
    },
    isTaken: (runtime, id) => taken.get(runtime, id) !== undefined,
    keep: (runtime, path, id) => void keep.run(runtime, hashOf(runtime, path), id),
    forget: () => known.clear(),
  };
}
