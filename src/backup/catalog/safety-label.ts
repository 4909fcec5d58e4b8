const SAFETY = 'before the restore of ';

/** Whether a label is the one that `safetyLabel` gives. Nobody else may give it. */
export function isSafetyLabel(label: string | null): boolean {
  return label?.startsWith(SAFETY) ?? false;
}

/** The label of the backup that is made of what a restore is about to replace. `id`: what is restored. */
export function safetyLabel(id: string): string {
  return SAFETY + id;
}
