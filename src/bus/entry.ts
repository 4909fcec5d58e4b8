import { type EventDraft, type McEvent, type Position, SOURCE } from '../protocol/index.js';

/** A published event, serialised once for everyone who sends it on. */
export interface Entry {
  event: McEvent;
  /** The event as JSON. */
  text: string;
  /** Length of the text in UTF-8. */
  bytes: number;
}

const encoder = new TextEncoder();

/** Gives a draft its place in the stream. Throws when its data are not JSON. */
export function entryOf(draft: EventDraft, { epoch, seq }: Position): Entry {
  const timestamp = new Date(draft.at).toISOString();
  const event = { type: draft.type, timestamp, data: draft.data, source: SOURCE, epoch, seq } as McEvent;
  const text = JSON.stringify(event);
  return { event, text, bytes: encoder.encode(text).length };
}
