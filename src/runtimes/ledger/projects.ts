import type { RuntimeName } from '../../protocol/index.js';
import type { ProjectBook } from '../agents.js';
import type { Database } from './database.js';
import { hashOf } from './names.js';

/** Which directory has which agent: told once, it stays. Paths themselves are not kept. */
export function createProjectBook(db: Database): ProjectBook {
  const get = db.prepare('SELECT id FROM runtime_projects WHERE runtime = ? AND path_hash = ?').pluck();
  const taken = db.prepare('SELECT 1 FROM runtime_projects WHERE runtime = ? AND id = ?');
  const keep = db.prepare('INSERT OR IGNORE INTO runtime_projects VALUES (?, ?, ?)');
  return {
    idOf: (runtime: RuntimeName, path) => (get.get(runtime, hashOf(runtime, path)) as string | undefined) ?? null,
    isTaken: (runtime, id) => taken.get(runtime, id) !== undefined,
    keep: (runtime, path, id) => void keep.run(runtime, hashOf(runtime, path), id),
  };
}
