import type { LoggedEvent } from '../../protocol/index.js';
import { COLUMNS, eventWords } from '../../view/index.js';
import { type Column, renderTable } from './table.js';
import type { Terminal } from './terminal.js';
import { shownTime } from './times.js';

/** The event log as a table, in the order it is given. */
export function eventLogTable(events: readonly LoggedEvent[], terminal: Terminal): string {
  const columns: Column<LoggedEvent>[] = [
    { header: COLUMNS.events.time, cell: ({ timestamp }) => shownTime(timestamp, terminal) },
    { header: COLUMNS.events.type, cell: ({ event_type }) => event_type },
    { header: COLUMNS.events.agent, cell: ({ agent_id }) => agent_id ?? '' },
    {
      header: COLUMNS.events.what,
      cell: ({ event_type, data }) => eventWords(event_type, data).text,
      min: 20,
      givesWay: true,
    },
  ];
  return renderTable(columns, events, terminal);
}
