import type { Ground } from './ground.js';
import type { Selection } from './select.js';

/** A restore as it is handed to the thread that does it. */
export interface RestoreRequest extends Selection, Ground {
  id: string;
  archive: string;
  /** Recorded when the archive was made. */
  checksum: string | null;
  journal: string;
  /** Where displaced files go that the safety backup does not hold; null: they are not kept. */
  kept: string | null;
  /** The archive that was made just before, of what is about to be replaced. */
  safety: string | null;
  dryRun: boolean;
  /** A dry run has just looked at everything that is to be restored; staging looks again at what it writes. */
  inspected: boolean;
  overwrite: 'always' | 'if-changed' | 'never';
  delete: boolean;
  /** No file is written, replaced or removed: only missing directories, modes and times come back. */
  leaveFiles: boolean;
}
