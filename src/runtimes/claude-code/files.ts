import { posix } from 'node:path';

/** A transcript's place in its root: whose it is, as far as the path tells. */
export interface TranscriptPlace {
  /** null: its lines tell. */
  session: string | null;
  subagent: boolean;
}

/** Whether a file below a root is a transcript. `path`: relative to the root, with `/`. */
export function wantsFile(path: string): boolean {
  return path.startsWith('projects/') && path.endsWith('.jsonl') && posix.basename(path) !== 'journal.jsonl';
}

/**
 * `projects/<slug>/<session>.jsonl` is a session's; everything deeper is of subagents of `projects/<slug>/<session>/`. Older versions
 * put the files of subagents beside those of sessions.
 */
export function placeOf(path: string): TranscriptPlace {
  const [, , first = '', ...deeper] = path.split('/');
  if (deeper.length > 0) return { session: first, subagent: true };
  const name = first.replace(/\.jsonl$/u, '');
  return name.startsWith('agent-') ? { session: null, subagent: true } : { session: name, subagent: false };
}

/** Whether a file below a root is the record of a process (`sessions/<pid>.json`): older generations and keys lie beside them. */
export function wantsRecord(path: string): boolean {
  return /^sessions\/[1-9][0-9]{0,9}\.json$/u.test(path);
}
