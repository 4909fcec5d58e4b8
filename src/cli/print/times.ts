import { dateTime, dayTime } from '../../view/index.js';
import type { Terminal } from './terminal.js';

/** A moment in a column of them, without its year: in the reader's zone on a terminal, in UTC (ISO 8601) elsewhere. */
export function shownTime(iso: string, terminal: Terminal): string {
  return terminal.boxes ? dayTime(iso) : iso;
}

/** A moment of one thing, with its year: in the reader's zone on a terminal, in UTC (ISO 8601) elsewhere. */
export function shownMoment(iso: string, terminal: Terminal): string {
  return terminal.boxes && !Number.isNaN(Date.parse(iso)) ? dateTime(iso) : iso;
}
