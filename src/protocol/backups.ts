/** What kind of backup a catalogue entry is. */
export type BackupType = 'full' | 'agent_state' | 'snapshot';

/** One step of a backup or a restore. */
export interface BackupUpdate {
  id: string;
  state: 'started' | 'progress' | 'completed' | 'failed';
  [key: string]: unknown;
}
