import type { HealthExplanation } from '../../protocol/index.js';
import type { Database } from '../store/database.js';

/** How the score of the last collection came about; null before the first. */
export function readExplanation(db: Database): HealthExplanation | null {
  const text = db.prepare("SELECT value FROM meta WHERE key = 'health'").pluck().get();
  return typeof text === 'string' ? (JSON.parse(text) as HealthExplanation) : null;
}
