/** What kind of backup a catalogue entry is. */
export type BackupType = 'full' | 'agent_state' | 'snapshot';

/** A backup as the catalogue, REST and the command line show it. Times are ISO 8601 UTC. */
export interface Backup {
  /** `YYYYMMDD_HHMMSS_mmm` in UTC, `<agent>_…` for one agent, `snapshot_…` for a snapshot; old ids have no milliseconds. */
  id: string;
  timestamp: string;
  path: string;
  size_bytes: number;
  size_human: string;
  file_count: number;
  /** SHA-256 of the archive's bytes, in hex. */
  checksum: string;
  backup_type: BackupType;
  compressed: boolean;
  agent: string | null;
  label: string | null;
  /** Made by a restore of what it was about to replace: a by-product, never `latest`. */
  safety: boolean;
  /** When it was last verified with success, null when never (or when the last verification failed). */
  verified_at: string | null;
  /** Why the last verification failed. */
  verify_error: string | null;
  duration_ms: number | null;
  /** True when files could not be read and are missing. */
  partial: boolean;
  /** What a scheduled run found unchanged: until then nothing but the metrics database differed from this archive. */
  holds_at: string | null;
  /** Who made it: this program, the system before it, or an import. */
  origin: 'own' | 'old' | 'imported';
}

/**
 * Why a file is not, or not surely whole, in an archive. `unreadable`: it is missing, and the backup partial. `database`: it is
 * there, not as a consistent copy that was found sound. `noted`: it is there, and something about it is worth a word.
 */
export interface BackupProblem {
  path: string;
  kind: 'unreadable' | 'vanished' | 'changed_while_read' | 'database' | 'skipped' | 'noted';
  reason: string;
}

/** Answer to a creation: the backup, and what it lacks. */
export type BackupCreated = Backup & { problems: BackupProblem[] };

/** What a backup made now would hold. Nothing was written. */
export interface BackupPreview {
  dry_run: true;
  backup_type: Exclude<BackupType, 'snapshot'>;
  agent: string | null;
  /** Files, and their bytes before they are packed. */
  files: number;
  bytes: number;
  bytes_human: string;
  directories: number;
  links: number;
  /** Files that would be copied from the backup before, because they have not changed since. */
  unchanged: number;
  /** From how the backup of the same kind before packed; null when there is none to judge by. */
  estimated_size_bytes: number | null;
  estimated_size_human: string | null;
  /** Files that could not be read would be missing: the backup would be partial. */
  partial: boolean;
  /** What the rules leave out, a directory without what is in it: at most 1,000 of them. */
  left_out: { path: string; reason: string }[];
  /** How many there are in all. */
  left_out_count: number;
  problems: BackupProblem[];
}

export interface BackupsAnswer {
  backups: Backup[];
  /** When the schedule makes the next one, null when it is off. */
  next_at: string | null;
}

/** What a verification found. */
export interface VerifyReport {
  id: string;
  ok: boolean;
  /** Every file was compared with its manifest, not only the archive with its checksum. */
  deep: boolean;
  checked_at: string;
  duration_ms: number;
  files: number;
  /** Bytes of the archive. */
  bytes: number;
  checksum: string;
  errors: string[];
  /** What could not be checked, such as a checksum that nobody recorded. */
  notes: string[];
}

/** What a restore did or, dry, would do. Paths are relative to the workspace. */
export interface RestoreReport {
  id: string;
  dry_run: boolean;
  /** The directory restored into. */
  to: string;
  added: string[];
  changed: string[];
  /** On disk and not in the backup: deleted with `delete`, else kept. */
  removed: string[];
  same: number;
  /** The same content, and a mode or a time that is set back. */
  attributes: string[];
  /** Left alone on purpose, each with the reason. */
  skipped: { path: string; reason: string }[];
  restored: number;
  deleted: number;
  safety_backup: string | null;
  /** What was replaced and is not in the safety backup, above all what was written since, and where it was kept. */
  kept: { path: string; kept_at: string }[];
  duration_ms: number;
}

/** A report as REST and the command line answer with it. */
export function restoreAnswer(report: RestoreReport): RestoreReport & { success: true; message: string } {
  const message = `Backup ${report.id} ${report.dry_run ? 'compared' : 'restored'}`;
  return { success: true, message, ...report };
}

/** What an interrupted restore became when the next run found it. */
export interface RecoveryReport {
  id: string;
  outcome: 'finished' | 'rolled back' | 'given up';
  files: number;
  /** Given up: what had been replaced and could not be put back, and where it is kept. */
  kept?: { path: string; kept_at: string }[];
  /** Given up: where its journal is now. */
  journal?: string;
  /** Why it could not be finished, when that was tried. */
  reason?: string;
}

/** One decision of the retention, with the rule that made it. */
export interface PruneDecision {
  id: string;
  keep: boolean;
  reason: string;
  size_bytes: number;
}

export interface PruneReport {
  dry_run: boolean;
  decisions: PruneDecision[];
  deleted: string[];
  freed_bytes: number;
  /** What makes a decision by age doubtful, such as a backup from ahead of the clock. */
  notes: string[];
}

/** What a drill found: the backup restored into a temporary folder and compared. */
export interface DrillReport {
  id: string;
  ok: boolean;
  files: number;
  databases: number;
  errors: string[];
  checked_at: string;
  duration_ms: number;
}

/** One way back, as the recovery runbook describes it. */
export interface BackupProcedure {
  description: string;
  steps: string[];
  risks: string[];
  estimated_time: string;
}

export interface BackupProcedures {
  full_system_restore: BackupProcedure;
  agent_state_restore: BackupProcedure;
  selective_file_restore: BackupProcedure;
}

/** One step of a backup or a restore. */
export interface BackupUpdate {
  id: string;
  state: 'started' | 'progress' | 'completed' | 'failed';
  [key: string]: unknown;
}

/** A step in a few words: `ID completed`, and of other work than making a backup `ID: verify completed`. */
export function describeBackupUpdate({ id, state, action }: { id: string; state: string; action?: unknown }): string {
  return typeof action === 'string' && action !== 'create' ? `${id}: ${action} ${state}` : `${id} ${state}`;
}

/** What a verification found wrong, in a word: of what cannot be read it is not known whether it is damaged. */
export function faultWord(error: string): 'unreadable' | 'damaged' {
  return error.startsWith('cannot be read') ? 'unreadable' : 'damaged';
}
