/** What the name of a file of transcripts says. */
export interface TranscriptName {
  session: string;
  /** `live`: it is written to. Else why it is not any more. */
  kind: 'live' | 'reset' | 'deleted' | 'imported';
  /** By zstd. */
  packed: boolean;
}

const SESSION = '[A-Za-z0-9][A-Za-z0-9_-]{0,200}?';
/** Names with anything between the id and `.jsonl` (checkpoints, trajectories) are no transcripts. */
const TRANSCRIPT = new RegExp(`^(${SESSION})(?:-topic-[^/]{1,200}?)?\\.jsonl(?:\\.(reset|deleted)\\.[^/]{1,200})?$`);
const IMPORTED = new RegExp(`^(?:[^/]{1,300}\\.)?(${SESSION})(?:-topic-[^/.]{1,200})?\\.jsonl\\.imported-[^/]{1,100}$`);
const COPY = /\.(?:checkpoint\.|lock$|bak|tmp$)/;

/** A file of `sessions/`; null: it is none, or a copy that OpenClaw made. */
export function transcriptName(name: string): TranscriptName | null {
  const found = COPY.test(name) ? null : TRANSCRIPT.exec(name);
  if (!found?.[1]) return null;
  const reason = found[2];
  const packed = reason !== undefined && name.endsWith('.zst');
  return { session: found[1], kind: reason === 'reset' || reason === 'deleted' ? reason : 'live', packed };
}

/** A file of `session-sqlite-import-archive/`; null: it is none, or a copy that OpenClaw made. */
export function importedName(name: string): TranscriptName | null {
  const found = COPY.test(name) ? null : IMPORTED.exec(name);
  return found?.[1] ? { session: found[1], kind: 'imported', packed: name.endsWith('.zst') } : null;
}
