import { clip } from '../../protocol/index.js';
import { kindOf } from '../text/json.js';
import type { Warn } from './files.js';

/** Where a state.json says what its agent waits for, the first one that does counts. */
const FIELDS = ['waiting_for', 'message', 'blocked_on'] as const;
/** Of a list the first few are shown. */
const LISTED = 3;

/** What an agent waits for a person to do, on one line of at most 200 characters; null where its state.json says nothing. */
export function waitingFor(fields: Record<string, unknown>, warn: Warn): string | null {
  for (const name of FIELDS) {
    const value = fields[name];
    if (value === undefined || value === null) continue;
    const said = lineOf(value);
    if (said === null) warn(name, `expected a text that says what it waits for, found ${kindOf(value)}`);
    else if (said !== '') return said;
  }
  return null;
}

/** Null for what is not a text and not a list of texts. */
function lineOf(value: unknown): string | null {
  if (typeof value === 'string') return clip(value);
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) return null;
  const more = value.length - LISTED;
  const listed = value.slice(0, LISTED).map((each) => clip(each, 60));
  return clip(listed.join(', ') + (more > 0 ? ` and ${more} more` : ''));
}
