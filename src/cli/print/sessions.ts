import type { LiveStatus, Session } from '../../protocol/index.js';
import { COLUMNS, costText, exactAgo, figure, liveText, UNKNOWN } from '../../view/index.js';
import type { Colour, Terminal } from './terminal.js';
import { type Column, renderTable } from './table.js';

const COLOURS: Partial<Record<LiveStatus, Colour>> = { error: 'red', waiting: 'yellow', gone: 'dim', unknown: 'dim' };

/** Sessions as a table, in the order in which they are given. `now`: milliseconds since the epoch. */
export function sessionsTable(sessions: readonly Session[], terminal: Terminal, now: number): string {
  const columns: Column<Session>[] = [
    { header: COLUMNS.sessions.agent, cell: ({ agent }) => agent, min: 12 },
    {
      header: COLUMNS.sessions.status,
      cell: ({ live }) => liveText(live),
      colour: ({ live }) => COLOURS[live.status] ?? null,
      min: 10,
    },
    { header: COLUMNS.sessions.since, cell: ({ live }) => exactAgo(live.since, now), align: 'right' },
    { header: COLUMNS.sessions.title, cell: ({ title, id }) => title ?? id, min: 12, givesWay: true },
    { header: COLUMNS.sessions.model, cell: ({ model }) => model ?? UNKNOWN, min: 8 },
    { header: COLUMNS.sessions.tokens, cell: ({ usage }) => figure(usage.total), align: 'right' },
    { header: COLUMNS.sessions.cost, cell: ({ usage }) => costText(usage), align: 'right' },
    { header: COLUMNS.sessions.last, cell: ({ last_at }) => exactAgo(last_at, now), align: 'right' },
  ];
  return renderTable(columns, sessions, terminal);
}
