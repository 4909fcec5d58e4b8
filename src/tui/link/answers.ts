import { callPath, type RestCall } from '../../client/index.js';
import { fieldOf, listFrom, textFrom } from '../../protocol/index.js';
import type { Data, Poll } from './data.js';

/** A recorded event. */
export interface RecordedEvent {
  timestamp: string;
  type: string;
  agent: string | null;
  data: unknown;
}

const NOTHING: Poll = { at: null, value: null, error: null, missing: false };

/** The last answer to a call. */
export function pollOf(data: Data, call: RestCall): Poll {
  return data.polls.get(callPath(call)) ?? NOTHING;
}

/** Why there is nothing to show for a poll; null when there is something. */
export function absence(poll: Poll): string | null {
  if (poll.missing) return 'not available on this server';
  if (poll.value === null) return poll.error ?? 'asking…';
  return null;
}

/** True for the code of a refusal that means: this server has no such route. */
export function isMissingRoute(code: string | null): boolean {
  return code === 'route.not_found' || code === 'method.not_allowed';
}

/** The events of an answer of `systemEvents`, newest first. */
export function readEvents(value: unknown): RecordedEvent[] {
  return listFrom(fieldOf(value, 'events')).map((row) => ({
    timestamp: textFrom(fieldOf(row, 'timestamp')) ?? '',
    type: textFrom(fieldOf(row, 'event_type')) ?? textFrom(fieldOf(row, 'type')) ?? '',
    agent: textFrom(fieldOf(row, 'agent_id')),
    data: fieldOf(row, 'data'),
  }));
}
