/** What is known of the processes of this machine: where a record says that one has a session, this says whether that is so. */
export interface Processes {
  /**
   * When a process began, in the words of the system (on Linux field 22 of /proc/<pid>/stat); null: there is none with that pid;
   * undefined: it cannot be known here.
   */
  startOf(pid: number): string | null | undefined;
  /** Whether a process holds a lock on this file (absolute path); null: it cannot be known here. Never takes the lock. */
  holdsLock(path: string): boolean | null;
}
