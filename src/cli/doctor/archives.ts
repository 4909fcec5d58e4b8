import { quote } from '../quote.js';
import { type Finding, failed, some, skipped, passed } from './finding.js';

/** What is on record about one archive; nothing of it is read. */
export interface ArchiveOnRecord {
  id: string;
  /** ISO 8601 UTC. */
  timestamp: string;
  verified_at: string | null;
  verify_error: string | null;
}

/** Whether any backup is known to be sound: that it was made says nothing of that. */
export function archivesFinding(archives: readonly ArchiveOnRecord[]): Finding {
  if (archives.length === 0) return skipped('archives', 'none is on record');
  const damaged = archives.filter(({ verify_error }) => verify_error !== null);
  const sound = archives.filter(({ verified_at, verify_error }) => verified_at !== null && verify_error === null);
  const newest = sound.reduce<ArchiveOnRecord | null>(
    (best, one) => (best === null || one.timestamp > best.timestamp ? one : best),
    null,
  );
  const [first] = damaged;
  if (first) {
    const message = `${damaged.length} of ${archives.length} failed their verification: ${some(damaged.map(({ id, verify_error }) => `${id} (${verify_error})`))}`;
    return failed('archives', message, newest === null ? 'mc backup create' : `mc backup delete ${quote(first.id)}`);
  }
  if (newest === null)
    return failed('archives', `${archives.length} on record, none was verified`, 'mc backup verify --all');
  return passed('archives', `${archives.length} on record, the newest that was verified is ${newest.id}`);
}
