import type { Live } from '../protocol/index.js';
import { words } from './words.js';

/** What a session does and why: `waiting: permission (Bash)`, `working`, `error: rate limit`. */
export function liveText({ status, reason, detail }: Pick<Live, 'status' | 'reason' | 'detail'>): string {
  const why = reason === null ? '' : `: ${words(reason)}`;
  return `${status}${why}${detail === null ? '' : ` (${detail})`}`;
}
