/** A watched file that has no event of its own was added, changed or removed. */
export interface FileChange {
  /** Relative to the workspace, with `/`. */
  path: string;
  kind: 'added' | 'changed' | 'removed';
}
