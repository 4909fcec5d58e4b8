import { SOURCE } from '../../protocol/index.js';
import type { ConnectRequest } from '../stream/connect.js';
import type { Filter } from '../stream/filter.js';
import { catchUp, type GreetingContext, greetingSteps, type Step } from '../stream/greeting.js';
import type { Cursor } from '../stream/replay.js';
import type { SnapshotItem } from '../stream/snapshot-items.js';
import { sseEntry, sseText } from './events.js';

/** How soon a browser comes back, in milliseconds. */
const RETRY_MS = 1000;

/** All that a new reader is sent before it is live, in pieces. @throws JournalOverrun when the journal runs away from a slow reader */
export function* greetStream(
  request: ConnectRequest,
  cursor: Cursor,
  context: GreetingContext,
): Generator<string, void> {
  let head = `retry: ${RETRY_MS}\n`;
  for (const step of greetingSteps(request, cursor, context)) {
    yield head + textOf(step);
    head = '';
  }
}

/** Everything from a reader's cursor to the present position. @throws JournalOverrun */
export function* catchUpStream(filter: Filter, cursor: Cursor, context: GreetingContext): Generator<string, void> {
  for (const step of catchUp(filter, cursor, context)) yield textOf(step);
}

function textOf(step: Step): string {
  if ('item' in step) return sseText(itemText(step.item, step.timestamp), null);
  if ('events' in step) return step.events.map(sseEntry).join('');
  return step.said.map(({ text, position }) => sseText(text, position)).join('');
}

function itemText({ type, data }: SnapshotItem, timestamp: string): string {
  return JSON.stringify({ type, timestamp, data: data(), source: SOURCE });
}
