import { type Agent, type AgentStatus, type Evidence, isoOf, normalizeStatus, clip } from '../../protocol/index.js';
import type { Warn } from './files.js';
import { kindOf } from '../text/json.js';
import { hasPlaceholder } from '../text/markdown.js';

/** A word for a status, where it stands, and when that file was written. */
export interface StatusWord {
  evidence: Evidence;
  word: string;
  normalized: AgentStatus;
  mtimeMs: number;
}

/** The status word in the field `status` of a file, or null when the file says none that can be used. */
export function statusWord(
  fields: Record<string, unknown>,
  file: string,
  mtimeMs: number,
  warn: Warn,
): StatusWord | null {
  const value = fields.status;
  if (value === undefined) return null;
  if (typeof value !== 'string' || value.trim() === '') {
    warn('status', value === '' ? 'the status is empty' : `expected a word, found ${kindOf(value)}`);
    return null;
  }
  if (hasPlaceholder(value)) return null;
  const word = clip(value, 80);
  const normalized = normalizeWord(word);
  if (normalized === null) warn('status', `"${word}" is not a status that mc knows`);
  return { evidence: { file, field: 'status', value: word }, word, normalized: normalized ?? 'unknown', mtimeMs };
}

/** The status an agent has by the first of these words (they come in order of precedence). */
export function chooseStatus(
  words: readonly (StatusWord | null)[],
): Pick<Agent, 'status' | 'normalized_status' | 'since' | 'evidence'> {
  const chosen = words.find((word) => word !== null);
  if (!chosen) return { status: 'unknown', normalized_status: 'unknown', since: null, evidence: null };
  return {
    status: chosen.word,
    normalized_status: chosen.normalized,
    since: isoOf(chosen.mtimeMs),
    evidence: chosen.evidence,
  };
}

/** Only time makes an agent stale, so a file cannot say it. A mark before the word (`🟢 active`) is passed over. */
function normalizeWord(word: string): AgentStatus | null {
  const status = normalizeStatus(word) ?? normalizeStatus(word.replace(/^[^\p{L}]+/u, ''));
  return status === 'stale' ? null : status;
}
