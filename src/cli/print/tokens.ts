import type { TokenRow } from '../../protocol/index.js';
import { localMoment } from './points.js';
import { renderTable } from './table.js';
import type { Terminal } from './terminal.js';

/** Tokens as a table; none of them can be shown itself. */
export function tokensTable(tokens: readonly TokenRow[], terminal: Terminal): string {
  return renderTable(
    [
      { header: 'ID', cell: ({ id }) => id },
      { header: 'SCOPE', cell: ({ scope }) => scope },
      { header: 'CREATED', cell: ({ created_at }) => (terminal.boxes ? localMoment(created_at) : created_at) },
      { header: 'LABEL', cell: ({ label }) => label ?? '', min: 10 },
    ],
    tokens,
    terminal,
  );
}
