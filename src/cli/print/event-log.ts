import type { LoggedEvent } from '../../protocol/index.js';
import { type Column, renderTable } from './table.js';
import type { Terminal } from './terminal.js';
import { localMoment } from './points.js';

/** The event log as a table, in the order it is given. `describe` puts an event into words. */
export function eventLogTable(
  events: readonly LoggedEvent[],
  describe: (type: string, data: unknown) => string,
  terminal: Terminal,
): string {
  const columns: Column<LoggedEvent>[] = [
    { header: 'TIME', cell: ({ timestamp }) => (terminal.boxes ? localMoment(timestamp) : timestamp) },
    { header: 'TYPE', cell: ({ event_type }) => event_type },
    { header: 'AGENT', cell: ({ agent_id }) => agent_id ?? '' },
    { header: 'WHAT', cell: ({ event_type, data }) => describe(event_type, data), min: 20, givesWay: true },
  ];
  return renderTable(columns, events, terminal);
}
