import type { Live, LiveEvidence } from '../protocol/index.js';
import { figure, percent } from './figures.js';
import { UNKNOWN, words } from './words.js';

/** What a session does and why: `waiting: permission (Bash)`, `working`, `error: rate limit`. */
export function liveText({ status, reason, detail }: Pick<Live, 'status' | 'reason' | 'detail'>): string {
  const why = reason === null ? '' : `: ${words(reason)}`;
  return `${status}${why}${detail === null ? '' : ` (${detail})`}`;
}

/** Where what a session does was found: `registry .claude/sessions/37505.json status="waiting"`. Files are relative to the home. */
export function liveEvidence({ source, file, field, value }: Loose<LiveEvidence>): string {
  const said = field === null ? null : `${field}${value === null ? '' : `="${value}"`}`;
  return [source, file, said].filter((part) => part !== null).join(' ') || UNKNOWN;
}

type Loose<T> = { [K in keyof T]: string | null };

/** How full a model's context is: `42%`, the tokens where nobody says how many it takes. */
export function contextText(session: { context_tokens: number | null; context_limit: number | null }): string {
  const { context_tokens: tokens, context_limit: limit } = session;
  if (tokens === null || limit === null || limit <= 0) return figure(tokens);
  return percent(tokens / limit);
}
