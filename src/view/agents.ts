import type { Agent } from '../protocol/index.js';
import { ago } from './ages.js';
import { clockTime } from './times.js';
import { words } from './words.js';

/** Where a status comes from: `state.json status="busy"`; null when no file says what the agent does. */
export function evidenceOf({ evidence }: Pick<Agent, 'evidence'>): string | null {
  if (evidence === null) return null;
  const field = evidence.field === null ? '' : ` ${evidence.field}`;
  return `${evidence.file}${field}${evidence.value === null ? '' : `="${evidence.value}"`}`;
}

/**
 * An agent's status and where it comes from: `busy since 03:10 (58m) · evidence: state.json status="busy"`. `now`:
 * milliseconds since the epoch; `zone` as in `clockTime`.
 */
export function statusSentence(
  agent: Pick<Agent, 'normalized_status' | 'since' | 'evidence'>,
  now: number,
  zone?: string,
): string {
  const { normalized_status: status, since } = agent;
  const held = since === null ? '' : ` since ${clockTime(since, zone).slice(0, 5)} (${ago(since, now)})`;
  return `${words(status)}${held} · evidence: ${evidenceOf(agent) ?? 'none'}`;
}
